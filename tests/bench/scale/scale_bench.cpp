// What one operation costs on a store with so many bindings, by the code of the service itself. scale.py fills the
// stores by it, and calls it in turn for each of them.
//
//     scale_bench fill URL BINDINGS EVENTS
//     scale_bench run URL BINDINGS OPERATION TIMES SEED
//
// `run` says "ready" when it has connected and warmed up, begins at a line on its standard input, prints what it has
// used as one line of JSON, and ends at the next line: whoever calls it can look in between what the server has used.
#include <sys/resource.h>
#include <time.h>

#include <cstdio>
#include <functional>
#include <iostream>
#include <random>
#include <stdexcept>
#include <utility>

#include "plugin/store/settings_table.hpp"
#include "shim/auth/attempt_record.hpp"
#include "tests/bench/scale/fill.hpp"
#include "tests/bench/scale/numbered.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace {

using namespace clientid;

// As many as come within the 50 ms of the recorder at 1,000 a second.
constexpr std::size_t batch_size = 50;

// Until the inner pages of the indexes are in the memory of a connection, as they are where a service has run for a
// while. What writes makes the store grow, and begins soon.
constexpr int reads_before = 5000;
constexpr int writes_before = 50;

double seconds_of(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

// By this process, to disk. What a server writes its log tells.
double bytes_written() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_oublock) * 512;
}

// All limits are on. Nobody reaches one: what is measured is their cost.
void set_policy(Connection& connection, const std::string& mode) {
  SettingsLevel level;
  set(level, "mode", mode, Time());
  for (const auto* limit : {"device-attempts", "address-attempts", "account-attempts", "absent-attempts",
                            "account-failures", "detect-account"}) {
    set(level, limit, "1000000/10m", Time());
  }
  SettingsTable(connection).save("", level);
}

class Bench {
 public:
  Bench(const std::string& url, long long bindings, unsigned seed)
      : connection_(Connection::open(url, Durability::grouped)),
        bindings_(bindings),
        random_(seed),
        store_(url),
        holder_("bench" + std::to_string(seed)),
        ledger_(connection_, holder_),
        judge_({.default_realm = "example.com"}, make_keys(directory_), nullptr) {}

  // Gets ready for so many, and gives what does them.
  std::function<void()> prepare(const std::string& operation, int times);

 private:
  static std::shared_ptr<const CurrentKeys> make_keys(const TemporaryDirectory& directory) {
    KeyFile::create(directory.file("key"));
    return std::make_shared<const CurrentKeys>(KeyFile::load(directory.file("key")));
  }

  std::vector<Judgement> draw(int times, bool bound);
  void judge(Judgement& judgement, Decision expected);
  void learn(std::vector<Judgement>& judgements);
  std::vector<Batch> batches(const std::vector<Judgement>& judgements, Outcome outcome);

  Connection connection_;
  long long bindings_;
  std::mt19937_64 random_;
  TemporaryDirectory directory_;
  JudgeStore store_;
  std::string holder_;
  Ledger ledger_;
  Judge judge_;
  long long last_session_ = 0;
};

// Of all accounts. Strangers have a device and an address that nobody has.
std::vector<Judgement> Bench::draw(int times, bool bound) {
  std::vector<Judgement> judgements(static_cast<std::size_t>(times));
  for (auto& judgement : judgements) {
    const auto who = static_cast<long long>(random_() % static_cast<unsigned long long>(bindings_));
    const auto device = bound ? who : -1 - static_cast<long long>(random_() >> 2U);
    judgement.attempt = {
        .service = "smtp",
        .account = numbered_account(who),
        .device = Device{"uuid", numbered_fingerprint(device), {}, "1", {}},
        .peer = Address::parse(numbered_address(bound ? who : static_cast<long long>(random_() >> 2U))),
        .at = now()};
  }
  return judgements;
}

void Bench::judge(Judgement& judgement, Decision expected) {
  judgement.verdict = judge_.judge(store_, judgement.attempt, judgement.facts);
  if (judgement.verdict.decision == expected) return;
  throw std::runtime_error("unexpected verdict: " + std::string(name(judgement.verdict.reason)));
}

// Judged, bound on disk, and judged anew, as the right password of a new device is.
void Bench::learn(std::vector<Judgement>& judgements) {
  const Admit everybody = [](const Judgement&) { return true; };
  std::size_t full = 0;
  for (auto& judgement : judgements) {
    judgement.verdict = judge_.judge(store_, judgement.attempt, judgement.facts);
    if (conclude(judge_, store_, judgement, everybody) != Outcome::enrolled) ++full;
  }
  if (full > judgements.size() / 20) throw std::runtime_error(std::to_string(full) + " devices were not learned");
}

// With the session that a success opens, and that is closed when the next ones come.
std::vector<Batch> Bench::batches(const std::vector<Judgement>& judgements, Outcome outcome) {
  std::vector<Batch> all;
  std::vector<long long> open;
  for (const auto& judgement : judgements) {
    if (all.empty() || all.back().entries.size() == batch_size) {
      all.emplace_back().closed = std::exchange(open, {});
    }
    auto& batch = all.back();
    const AttemptContext context{"smtp", judgement.attempt.peer->to_string(), "PLAIN", {}};
    batch.entries.push_back(entry_of(context, outcome, judgement, false, judgement.attempt.at));
    if (outcome != Outcome::authenticated) continue;
    auto session = session_of(judgement);
    session->holder = holder_;
    session->number = ++last_session_;
    open.push_back(last_session_);
    batch.opened.push_back(std::move(*session));
  }
  return all;
}

std::function<void()> Bench::prepare(const std::string& operation, int times) {
  set_policy(connection_, operation == "learn" ? "learn" : "enforce");
  const bool bound = operation != "stranger" && operation != "learn" && operation != "guess";
  const auto expected = bound ? Decision::allow : Decision::refuse;
  auto judgements = std::make_shared<std::vector<Judgement>>(draw(times, bound));
  if (operation == "bound" || operation == "stranger") {
    return [this, judgements, expected] {
      for (auto& judgement : *judgements) judge(judgement, expected);
    };
  }
  if (operation == "learn") {
    return [this, judgements] { learn(*judgements); };
  }
  if (operation == "login" || operation == "guess") {
    for (auto& judgement : *judgements) judge(judgement, expected);
    const auto outcome = bound ? Outcome::authenticated : Outcome::refused;
    return [this, all = std::make_shared<std::vector<Batch>>(batches(*judgements, outcome))] {
      for (const auto& batch : *all) ledger_.write(batch, now());
    };
  }
  if (operation == "list") {
    return [this, judgements] {
      for (const auto& judgement : *judgements) {
        BindingFilter filter;
        filter.account = judgement.attempt.account;
        if (Bindings(connection_).list(filter).size() < devices_an_account) throw std::runtime_error("no devices");
      }
    };
  }
  if (operation == "count") {
    return [this] { Bindings(connection_).count(now()); };
  }
  throw std::runtime_error("no such operation: " + operation);
}

int run(const std::string& url, long long bindings, const std::string& operation, int times, unsigned seed) {
  Bench bench(url, bindings, seed);
  const bool writes = operation == "login" || operation == "guess" || operation == "learn";
  if (times > 1) bench.prepare(operation, writes ? writes_before : reads_before)();
  const auto measured = bench.prepare(operation, times);
  std::string line;
  std::cout << "ready" << std::endl;
  if (!std::getline(std::cin, line)) return 1;
  const auto written = bytes_written();
  const auto cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
  const auto wall = seconds_of(CLOCK_MONOTONIC);
  measured();
  const auto wall_used = seconds_of(CLOCK_MONOTONIC) - wall;
  const auto cpu_used = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu;
  std::printf("{\"cpu_us\": %.3f, \"wall_us\": %.3f, \"written\": %.0f}\n", cpu_used * 1e6 / times,
              wall_used * 1e6 / times, (bytes_written() - written) / times);
  std::fflush(stdout);
  std::getline(std::cin, line);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words.size() == 4 && words[0] == "fill") {
      Connection::initialise(words[1]);
      auto connection = Connection::open(words[1], Durability::grouped);
      fill(connection, std::stoll(words[2]), std::stoll(words[3]));
      return 0;
    }
    if (words.size() == 6 && words[0] == "run") {
      return run(words[1], std::stoll(words[2]), words[3], std::stoi(words[4]),
                 static_cast<unsigned>(std::stoul(words[5])));
    }
    std::cerr << "scale_bench fill URL BINDINGS EVENTS, or scale_bench run URL BINDINGS OPERATION TIMES SEED\n";
  } catch (const std::exception& error) {
    std::cerr << "scale_bench: " << error.what() << '\n';
  }
  return 2;
}
