#include "shim/smtp/reply_queue.hpp"

#include <doctest/doctest.h>

using namespace clientid;

TEST_CASE("own replies are due at once, in their order") {
  ReplyQueue queue;
  CHECK(queue.take_due().empty());
  queue.add("1 ");
  queue.add("2 ");
  CHECK_FALSE(queue.awaited());
  CHECK(queue.take_due() == "1 2 ");
  CHECK(queue.take_due().empty());
}

TEST_CASE("D4.10 an own reply waits for those of the back end before it") {
  ReplyQueue queue;
  queue.add("1 ");
  queue.expect(Asked::command);
  queue.add("3 ");
  queue.expect(Asked::command);
  queue.add("5 ");
  CHECK(queue.awaited());
  CHECK(queue.take_due() == "1 ");
  CHECK(queue.take_due().empty());
  CHECK(queue.on_backend_reply("2 "));
  CHECK(queue.awaited());
  CHECK(queue.take_due() == "2 3 ");
  CHECK(queue.on_backend_reply("4 "));
  CHECK_FALSE(queue.awaited());
  CHECK(queue.take_due() == "4 5 ");
}

TEST_CASE("replies of the back end are taken in the order of the commands") {
  ReplyQueue queue;
  queue.expect(Asked::command);
  queue.expect(Asked::command);
  CHECK(queue.on_backend_reply("1 "));
  CHECK(queue.on_backend_reply("2 "));
  CHECK(queue.take_due() == "1 2 ");
}

TEST_CASE("what we alone asked is not shown to the client") {
  ReplyQueue queue;
  queue.expect(Asked::reset);
  queue.add("own ");
  queue.expect(Asked::command);
  CHECK(queue.awaited());
  CHECK(queue.take_due().empty());
  CHECK(queue.on_backend_reply("silent "));
  CHECK(queue.take_due() == "own ");
  CHECK(queue.on_backend_reply("shown "));
  CHECK(queue.take_due() == "shown ");
}

TEST_CASE("a silent question alone is waited for") {
  ReplyQueue queue;
  queue.expect(Asked::reset);
  CHECK(queue.awaited());
  CHECK(queue.on_backend_reply("silent "));
  CHECK_FALSE(queue.awaited());
  CHECK(queue.take_due().empty());
}

TEST_CASE("threats: response injection - a reply that nobody asked for is a fault") {
  ReplyQueue queue;
  CHECK_FALSE(queue.on_backend_reply("250 OK"));
  queue.add("own ");
  CHECK_FALSE(queue.on_backend_reply("250 OK"));
  queue.expect(Asked::command);
  CHECK(queue.on_backend_reply("asked "));
  CHECK_FALSE(queue.on_backend_reply("250 OK"));
  CHECK(queue.take_due() == "own asked ");
}

TEST_CASE("when the back end is gone everybody who waits for it is told, and nobody else") {
  ReplyQueue queue;
  queue.expect(Asked::command);
  queue.add("own ");
  queue.expect(Asked::reset);
  queue.expect(Asked::command);
  queue.fail("451 ");
  CHECK_FALSE(queue.awaited());
  CHECK(queue.take_due() == "451 own 451 ");
  queue.fail("451 ");
  CHECK(queue.take_due().empty());
}
