#include "plugin/store/wait_limit.hpp"

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

using namespace clientid;
using namespace std::chrono_literals;

namespace {

struct Pair {
  Pair() { REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, numbers.data()) == 0); }
  ~Pair() {
    for (const int number : numbers) ::close(number);
  }

  // Whether it comes to an end within so many milliseconds.
  bool ends(int patience) const {
    pollfd waited{numbers[0], POLLIN, 0};
    return ::poll(&waited, 1, patience) > 0;
  }

  std::array<int, 2> numbers{};
};

}  // namespace

TEST_CASE("a wait ends when its time is over") {
  const Pair pair;
  const WaitLimit limit(pair.numbers[0], 10ms);
  CHECK(pair.ends(20'000));
  CHECK(limit.reached());
}

TEST_CASE("no other wait ends with it, and none that is over") {
  const Pair longer;
  const Pair over;
  const Pair unlimited;
  const Pair pair;
  const WaitLimit of_longer(longer.numbers[0], 1h);
  { const WaitLimit of_over(over.numbers[0], 10ms); }
  const WaitLimit of_unlimited(unlimited.numbers[0], 0ms);
  const WaitLimit limit(pair.numbers[0], 20ms);
  CHECK(pair.ends(20'000));
  for (const auto* other : {&longer, &over, &unlimited}) CHECK_FALSE(other->ends(0));
  CHECK_FALSE(of_longer.reached());
  CHECK_FALSE(of_unlimited.reached());
}

TEST_CASE("a shorter wait that comes later ends first") {
  const Pair longer;
  const Pair shorter;
  const WaitLimit of_longer(longer.numbers[0], 1h);
  const WaitLimit of_shorter(shorter.numbers[0], 10ms);
  CHECK(shorter.ends(20'000));
}
