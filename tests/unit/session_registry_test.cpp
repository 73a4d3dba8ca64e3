#include "shim/auth/session_registry.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

using namespace clientid;

namespace {

const Endpoints endpoints{"127.0.0.1;10587", "127.0.0.1;49152"};

RegisteredSession session(const std::string& type) {
  return {.device = Device{type, Fingerprint({})}, .peer = Address::parse("192.0.2.7"), .pending = {}};
}

std::string found(const SessionRegistry& registry, const Endpoints& at) {
  const auto session = registry.find(at);
  if (!session) return "none";
  return session->device ? session->device->type : "no device";
}

}  // namespace

TEST_CASE("a session is known while its entry lives") {
  SessionRegistry registry;
  CHECK(found(registry, endpoints) == "none");
  {
    const auto entry = registry.add({endpoints, {}}, session("uuid"));
    CHECK(found(registry, endpoints) == "uuid");
    CHECK(registry.find(endpoints)->peer->to_string() == "192.0.2.7");
  }
  CHECK(found(registry, endpoints) == "none");
}

TEST_CASE("a session without a device is known as well") {
  SessionRegistry registry;
  const auto entry = registry.add({endpoints, {}}, {});
  CHECK(found(registry, endpoints) == "no device");
  CHECK_FALSE(registry.find(endpoints)->peer);
}

TEST_CASE("threats: one session harming others - each is known by both endpoints, and by nothing else") {
  SessionRegistry registry;
  const Endpoints other{endpoints.local, "127.0.0.1;49153"};
  const auto one = registry.add({endpoints, {}}, session("uuid"));
  auto two = registry.add({other, {}}, session("mac"));
  CHECK(found(registry, endpoints) == "uuid");
  CHECK(found(registry, other) == "mac");
  CHECK(found(registry, {endpoints.remote, endpoints.local}) == "none");
  CHECK(found(registry, {endpoints.local, ""}) == "none");
  CHECK(found(registry, {"", endpoints.remote}) == "none");
  CHECK(found(registry, {"127.0.0.2;10587", endpoints.remote}) == "none");
  two.reset();
  CHECK(found(registry, endpoints) == "uuid");
  CHECK(found(registry, other) == "none");
}

TEST_CASE("a session at the endpoints of one that has not gone yet is known until it goes itself") {
  SessionRegistry registry;
  auto old = registry.add({endpoints, {}}, session("mac"));
  const auto young = registry.add({endpoints, {}}, session("uuid"));
  CHECK(found(registry, endpoints) == "uuid");
  old.reset();
  CHECK(found(registry, endpoints) == "uuid");
}

TEST_CASE("threats: failing open - a connection without endpoints lends its device to nobody") {
  SessionRegistry registry;
  for (const auto& half : {Endpoints{"", ""}, Endpoints{endpoints.local, ""}, Endpoints{"", endpoints.remote}}) {
    const auto entry = registry.add({half, {}}, session("uuid"));
    CHECK(found(registry, half) == "none");
  }
}

TEST_CASE("threads may add and find at once") {
  SessionRegistry registry;
  std::atomic<unsigned> wrong = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 500; ++i) {
        const Endpoints own{"local", std::to_string(thread) + ";" + std::to_string(i)};
        const auto entry = registry.add({own, {}}, session("t" + std::to_string(thread)));
        if (found(registry, own) != "t" + std::to_string(thread)) ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(wrong == 0);
}

TEST_CASE("a session is known by the client's endpoints too, and by one end of each") {
  SessionRegistry registry;
  const Endpoints clients{"192.0.2.1;587", "198.51.100.7;40000"};
  {
    const auto entry = registry.add({endpoints, clients}, session("uuid"));
    CHECK(found(registry, endpoints) == "uuid");
    CHECK(found(registry, clients) == "uuid");
    CHECK(found(registry, {endpoints.local, clients.remote}) == "uuid");
    CHECK(found(registry, {clients.local, endpoints.remote}) == "uuid");
    CHECK(found(registry, {clients.local, "198.51.100.7;40001"}) == "none");
  }
  for (const auto& local : {endpoints.local, clients.local}) {
    for (const auto& remote : {endpoints.remote, clients.remote}) CHECK(found(registry, {local, remote}) == "none");
  }
}

TEST_CASE("X1 of an AUTH in the back end the first verdict counts, once") {
  const auto judgement = [](const char* account) {
    return Judgement{{"smtp", account, {}, {}, {}}, {Decision::allow, Reason::bound}, {}};
  };
  PendingVerdict pending;
  CHECK_FALSE(pending.take());
  pending.put(judgement("alice@example.com"));
  pending.put(judgement("bob@example.com"));
  CHECK(pending.take()->attempt.account == "alice@example.com");
  CHECK_FALSE(pending.take());
}
