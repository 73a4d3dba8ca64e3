#include "shim/auth/failed_passwords.hpp"

#include <doctest/doctest.h>

#include <set>

#include "tests/unit/temporary_store.hpp"

using namespace clientid;
using namespace std::chrono_literals;

TEST_CASE("UC7 the same wrong password is known again within the window") {
  FailedPasswords passwords;
  const auto mark = passwords.mark("alice", "summer");
  CHECK_FALSE(passwords.again(mark, at(0), 10s));
  CHECK(passwords.again(mark, at(9), 10s));
  // From each time on anew: a phone that knows no better does not begin to count after a while.
  CHECK(passwords.again(mark, at(18), 10s));
  CHECK_FALSE(passwords.again(mark, at(28), 10s));
  CHECK(passwords.again(mark, at(28), 10s));
}

TEST_CASE("UC7 another password, or another account, is another guess") {
  FailedPasswords passwords;
  CHECK_FALSE(passwords.again(passwords.mark("alice", "summer"), at(0), 10s));
  CHECK_FALSE(passwords.again(passwords.mark("alice", "winter"), at(0), 10s));
  CHECK_FALSE(passwords.again(passwords.mark("bob", "summer"), at(0), 10s));
  CHECK(passwords.again(passwords.mark("alice", "summer"), at(0), 10s));
  CHECK(passwords.mark("alice", "summer") == passwords.mark("alice", "summer"));
  const std::string nul(1, '\0');
  const std::set<PasswordMark> marks{passwords.mark("a", "bc"),
                                     passwords.mark("ab", "c"),
                                     passwords.mark("abc", ""),
                                     passwords.mark("", "abc"),
                                     passwords.mark("a", "b" + nul + "c"),
                                     passwords.mark("a", "BC")};
  CHECK(marks.size() == 6);
}

TEST_CASE("D9.1 a mark says nothing outside of this process: each has a key of its own") {
  const FailedPasswords one;
  const FailedPasswords other;
  CHECK(one.mark("alice", "summer") != other.mark("alice", "summer"));
}

TEST_CASE("threats: floods - old marks are forgotten first, and then all") {
  FailedPasswords passwords;
  CHECK_FALSE(passwords.again(1, at(0), 100s));
  for (PasswordMark mark = 2; mark < FailedPasswords::max_marks; ++mark) passwords.again(mark, at(50), 100s);
  CHECK_FALSE(passwords.again(0, at(50), 100s));  // as many as there may be
  // One of them is old, and makes room for one more.
  CHECK_FALSE(passwords.again(FailedPasswords::max_marks, at(100), 100s));
  CHECK_FALSE(passwords.again(1, at(99), 100s));
  // None is old: now there was room for none, and all were forgotten.
  CHECK_FALSE(passwords.again(2, at(99), 100s));
  CHECK_FALSE(passwords.again(FailedPasswords::max_marks, at(99), 100s));
  CHECK(passwords.again(1, at(99), 100s));
}

TEST_CASE("threats: floods - a mark that is known when there is no more room is known nevertheless") {
  FailedPasswords passwords;
  for (PasswordMark mark = 0; mark < FailedPasswords::max_marks; ++mark) passwords.again(mark, at(0), 100s);
  CHECK(passwords.again(7, at(1), 100s));
  CHECK(passwords.again(7, at(2), 100s));
}
