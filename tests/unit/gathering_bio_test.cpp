#include "shim/net/gathering_bio.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <string>

using namespace clientid;

namespace {

struct Fixture {
  Fixture() {
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0);
    gathering.socket = ends[0];
    bio.reset(new_gathering_bio(gathering));
    REQUIRE(bio);
  }
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;
  ~Fixture() {
    ::close(ends[0]);
    if (ends[1] >= 0) ::close(ends[1]);
  }

  std::array<int, 2> ends{};
  Gathering gathering;
  std::unique_ptr<BIO, decltype(&BIO_free)> bio{nullptr, BIO_free};
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "what OpenSSL writes is held, in order, and not sent, also where it asks for a flush") {
  CHECK(BIO_write(bio.get(), "ticket, ", 8) == 8);
  CHECK(BIO_flush(bio.get()) == 1);
  CHECK(BIO_write(bio.get(), "greeting", 8) == 8);
  CHECK(gathering.held == "ticket, greeting");
  char octet = 0;
  CHECK(::recv(ends[1], &octet, 1, 0) == -1);
}

TEST_CASE_FIXTURE(Fixture, "no more is held than a socket takes at a time, and writing goes on when it was sent") {
  const std::string record(16 * 1024, 'x');
  int written = 0;
  while (BIO_write(bio.get(), record.data(), static_cast<int>(record.size())) > 0 && written < 100) ++written;
  CHECK(written == 4);
  CHECK(BIO_should_write(bio.get()));
  gathering.held.clear();
  CHECK(BIO_write(bio.get(), record.data(), 1) == 1);
  CHECK_FALSE(BIO_should_retry(bio.get()));
}

TEST_CASE_FIXTURE(Fixture, "reading waits where nothing has come, and knows the end") {
  std::array<char, 16> room{};
  CHECK(BIO_read(bio.get(), room.data(), room.size()) == -1);
  CHECK(BIO_should_read(bio.get()));
  CHECK(::send(ends[1], "hello", 5, 0) == 5);
  CHECK(BIO_read(bio.get(), room.data(), room.size()) == 5);
  CHECK(std::string(room.data(), 5) == "hello");
  CHECK(BIO_eof(bio.get()) == 0);
  ::close(ends[1]);
  ends[1] = -1;
  CHECK(BIO_read(bio.get(), room.data(), room.size()) == 0);
  CHECK_FALSE(BIO_should_retry(bio.get()));
  CHECK(BIO_eof(bio.get()) == 1);
}
