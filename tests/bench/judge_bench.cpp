// What the rules of the policy cost: judgements and records per second with all rules on against all off, with few and
// with many rows in the store. On and off take turns, so that both see the same machine; the medians are printed.
//
//     judge_bench [ROUNDS]
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <random>

#include "plugin/store/settings_table.hpp"
#include "plugin/store/statement.hpp"
#include "shim/auth/attempt_record.hpp"
#include "tests/bench/number.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace {

using namespace clientid;
using Clock = std::chrono::steady_clock;

constexpr int attempts = 5000;  // a round

struct Size {
  long long bindings;
  long long events;
};
constexpr Size sizes[] = {{10, 10}, {1'000'000, 1'000'000}};

Fingerprint fingerprint(long long number) {
  std::array<std::uint8_t, Fingerprint::size> octets{};
  // As a hash: neighbours are far from each other.
  std::mt19937 random(static_cast<unsigned>(number));
  for (auto& octet : octets) octet = static_cast<std::uint8_t>(random());
  return Fingerprint(octets);
}

std::string account(long long number) {
  return "user" + std::to_string(number) + "@example.com";
}

std::string address(long long number) {
  return "10." + std::to_string(number >> 16 & 0xff) + "." + std::to_string(number >> 8 & 0xff) + "." +
         std::to_string(number & 0xff);
}

void fill(Connection& connection, const Size& size) {
  Transaction transaction(connection);
  std::string name;
  std::string device;
  std::string peer;
  std::string network;
  long long at = 0;
  Statement binding(connection,
                    "INSERT INTO binding (account, type, fingerprint, key_id, state, label, created, created_by,"
                    " last_seen, last_peer, uses) VALUES (:account, 'uuid', :fingerprint, '1', 'active', '', 0,"
                    " 'learned', :at, :peer, 0)");
  binding.use(name, device, at, peer);
  at = to_seconds(now()) - 3600;
  for (long long i = 0; i < size.bindings; ++i) {
    name = account(i);
    device = fingerprint(i).hex();
    peer = address(i);
    binding.execute();
  }
  Statement event(connection,
                  "INSERT INTO event (at, outcome, account, type, fingerprint, peer, network, service, verdict,"
                  " reason, detail) VALUES (:at, 'authenticated', :account, 'uuid', :fingerprint, :peer, :network,"
                  " 'smtp', 'allow', 'bound', 'PLAIN')");
  event.use(at, name, device, peer, network);
  for (long long i = 0; i < size.events; ++i) {
    const auto who = i % size.bindings;
    name = account(who);
    device = fingerprint(who).hex();
    peer = address(who);
    network = peer + "/32";
    event.execute();
  }
  transaction.commit();
}

void set_rules(Connection& connection, bool on) {
  SettingsLevel level;
  set(level, "mode", "enforce", Time());
  if (!on) {
    for (const auto* rate : {"device-failures", "address-failures", "account-failures", "absent-failures",
                             "detect-account", "detect-device", "detect-address", "detect-all"}) {
      set(level, rate, "none", Time());
    }
    set(level, "max-accounts-per-device", "none", Time());
    set(level, "device-sessions", "none", Time());
    set(level, "two-places", "off", Time());
  } else {
    for (const auto* rate : {"device-attempts", "address-attempts", "account-attempts", "absent-attempts"}) {
      set(level, rate, "1000000/10m", Time());
    }
  }
  SettingsTable(connection).save("", level);
}

struct Cost {
  double judged = 0;    // judgements a second, one thread
  double recorded = 0;  // a second, from the judgement to the commit
  long written = 0;     // blocks to disk in the round
};

long blocks_written() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_oublock;
}

// `failing`: strangers guess, each time another; else bound devices log in.
Cost run(const std::string& url, Judge& judge, long long bindings, bool failing, std::mt19937& random) {
  JudgeStore store(url);
  std::vector<Judgement> judgements;
  judgements.reserve(attempts);
  const auto number = [&] { return static_cast<long long>(random()); };
  const auto draw = [&] {
    const long long who = number() % bindings;
    Judgement judgement;
    judgement.attempt = {.service = "smtp",
                         .account = account(who),
                         .device = Device{"uuid", fingerprint(failing ? -1 - number() : who), {}},
                         .peer = Address::parse(address(failing ? number() : who)),
                         .at = now()};
    judgements.push_back(std::move(judgement));
  };
  for (int i = 0; i < attempts; ++i) draw();

  Cost cost;
  const auto seconds_since = [](Clock::time_point begun) {
    return std::chrono::duration<double>(Clock::now() - begun).count();
  };
  auto begun = Clock::now();
  for (auto& judgement : judgements) judgement.verdict = judge.judge(store, judgement.attempt, judgement.facts);
  cost.judged = attempts / seconds_since(begun);

  const auto before = blocks_written();
  begun = Clock::now();
  {
    Recorder recorder(url, [](const Alert& /*alert*/) {});
    recorder.start();
    const auto outcome = failing ? Outcome::refused : Outcome::authenticated;
    for (const auto& judgement : judgements) {
      const AttemptContext context{"smtp", judgement.attempt.peer->to_string(), "PLAIN", {}};
      recorder.record(entry_of(context, outcome, judgement, false, judgement.attempt.at), {});
    }
  }
  cost.recorded = attempts / seconds_since(begun);
  cost.written = blocks_written() - before;
  return cost;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void print_line(const char* what, bool on, const std::vector<Cost>& costs) {
  std::vector<double> judged;
  std::vector<double> recorded;
  std::vector<double> written;
  for (const auto& cost : costs) {
    judged.push_back(cost.judged);
    recorded.push_back(cost.recorded);
    written.push_back(static_cast<double>(cost.written));
  }
  std::printf("  %-22s %-4s %10.0f %12.0f %14.0f\n", what, on ? "on" : "off", median(judged), median(recorded),
              median(written) * 512 / 1024);
}

void measure(const Size& size, int rounds) {
  const TemporaryDirectory directory;
  const auto url = "sqlite:" + directory.file("clientid.db");
  Connection::initialise(url);
  auto connection = Connection::open(url, Durability::grouped);
  fill(connection, size);
  KeyFile::create(directory.file("key"));
  Judge judge({.default_realm = "example.com"}, std::make_shared<CurrentKeys>(KeyFile::load(directory.file("key"))),
              nullptr);

  std::mt19937 random(1);  // NOLINT(cert-msc51-cpp,cert-msc32-c): the same each time
  std::vector<Cost> costs[2][2];
  for (int round = 0; round < rounds; ++round) {
    for (const bool failing : {false, true}) {
      for (const bool on : {false, true}) {
        set_rules(connection, on);
        costs[failing ? 1 : 0][on ? 1 : 0].push_back(run(url, judge, size.bindings, failing, random));
      }
    }
  }
  std::printf("%lld bindings, %lld events\n", size.bindings, size.events);
  for (const bool failing : {false, true}) {
    for (const bool on : {false, true}) {
      print_line(failing ? "strangers are refused" : "bound devices log in", on, costs[failing ? 1 : 0][on ? 1 : 0]);
    }
  }
}

}  // namespace

int main(int argc, char** argv) try {
  const int rounds = argc > 1 ? std::max(1, clientid::to_number<int>(argv[1])) : 5;
  std::printf("medians of %d rounds of %d attempts\n", rounds, attempts);
  std::printf("  %-22s %-4s %10s %12s %14s\n", "attempts", "rule", "judged/s", "recorded/s", "KiB to disk");
  for (const auto& size : sizes) measure(size, rounds);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "judge_bench: %s\n", error.what());
  return 1;
}
