#include "plugin/identity/secret.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>
#include <utility>

using namespace clientid;

namespace {

struct Wipe {
  const void* memory;
  std::size_t size;
};

// While it lives, what this thread wipes is noted.
class Wipes {
 public:
  Wipes() { noting_ = this; }
  Wipes(const Wipes&) = delete;
  Wipes& operator=(const Wipes&) = delete;
  ~Wipes() { noting_ = nullptr; }

  static void note(const void* memory, std::size_t size) {
    if (noting_ != nullptr && noting_->count_ < noting_->all_.size()) noting_->all_[noting_->count_++] = {memory, size};
  }

  bool covers(const void* memory, std::size_t size) const {
    for (std::size_t i = 0; i < count_; ++i) {
      if (all_[i].memory == memory && all_[i].size >= size) return true;
    }
    return false;
  }
  std::size_t count() const { return count_; }

 private:
  static thread_local Wipes* noting_;
  std::array<Wipe, 64> all_{};
  std::size_t count_ = 0;
};

thread_local Wipes* Wipes::noting_ = nullptr;

static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
static_assert(!std::is_convertible_v<std::string_view, Secret>);
static_assert(std::is_nothrow_move_constructible_v<Secret> && std::is_nothrow_move_assignable_v<Secret>);

}  // namespace

// Stands before the one of libcrypto. Were memory given back first, a sanitizer would speak here.
extern "C" void OPENSSL_cleanse(void* memory, std::size_t size) {
  Wipes::note(memory, size);
  if (size > 0) std::memset(memory, 0, size);  // libcrypto itself calls with nothing, too
  __asm__ volatile("" : : "r"(memory) : "memory");
}

TEST_CASE("threats: reading memory - a secret is wiped when it goes") {
  Wipes wipes;
  const char* memory = nullptr;
  {
    const Secret secret("swordfish");
    memory = secret.view().data();
    CHECK(wipes.count() == 0);
  }
  CHECK(wipes.covers(memory, 9));
}

TEST_CASE("threats: reading memory - short and long ones alike, at every growth") {
  Wipes wipes;
  Secret secret("a");
  for (int i = 0; i < 100; ++i) {
    const auto* before = secret.view().data();
    const auto size = secret.size();
    secret.append('b');
    if (secret.view().data() != before) CHECK(wipes.covers(before, size));
  }
  CHECK(wipes.count() > 3);
  CHECK(secret.size() == 101);
}

TEST_CASE("threats: reading memory - what an assignment replaces is wiped") {
  Wipes wipes;
  Secret secret("old password");
  const auto* old = secret.view().data();
  secret = Secret("new");
  CHECK(wipes.covers(old, 12));
  CHECK(secret.view() == "new");
}

TEST_CASE("threats: reading memory - what was cut off is wiped with the rest") {
  Wipes wipes;
  const char* memory = nullptr;
  {
    Secret secret("swordfish");
    secret.truncate(2);
    memory = secret.view().data();
  }
  CHECK(wipes.covers(memory, 9));
}

TEST_CASE("a large one begins a page, and is wiped as well") {
  Wipes wipes;
  for (const std::size_t kib : {16, 17, 64, 1000}) {
    const char* memory = nullptr;
    {
      Secret secret(kib * 1024);
      memory = secret.view().data();
      CHECK(reinterpret_cast<std::uintptr_t>(memory) % 4096 == 0);
      std::memset(secret.octets().data(), 'x', secret.size());
    }
    CHECK(wipes.covers(memory, kib * 1024));
  }
}

TEST_CASE("a secret carries any octets") {
  const std::string octets("\0\xff\r\n\0", 5);
  Secret secret(octets);
  CHECK(secret.view() == octets);
  secret.append('\0');
  secret.append(std::string_view("x\0y", 3));
  CHECK(secret.view() == octets + std::string("\0x\0y", 4));
  CHECK(secret.size() == 9);
}

TEST_CASE("a clone is one of its own") {
  Secret secret("one");
  auto clone = secret.clone();
  secret.append(" two");
  CHECK(clone.view() == "one");
  clone.octets()[0] = 'O';
  CHECK(clone.view() == "One");
  CHECK(secret.view() == "one two");
}

TEST_CASE("a move takes the octets along and leaves none") {
  Secret from("token");
  const auto* memory = from.view().data();
  const Secret to(std::move(from));
  CHECK(to.view().data() == memory);
  CHECK(to.view() == "token");
}

TEST_CASE("sizes") {
  CHECK(Secret().empty());
  CHECK(Secret("").empty());
  CHECK_FALSE(Secret("x").empty());
  Secret sized(std::size_t{3});
  CHECK(sized.view() == std::string_view("\0\0\0", 3));
  CHECK(sized.octets().size() == 3);
  sized.truncate(1);
  CHECK(sized.size() == 1);
}
