#include "plugin/store/store_clock.hpp"

#include "plugin/store/engine.hpp"
#include "plugin/store/statement.hpp"

namespace clientid {
namespace {

// Clocks are set, and machines sleep.
constexpr auto trusted_for = std::chrono::seconds(30);

}  // namespace

Time StoreClock::now(Time here) {
  if (connection_.engine().server_time.empty()) return here;
  if (!asked_ || Steady::now() - *asked_ >= trusted_for) ask();
  return std::chrono::floor<std::chrono::seconds>(told_ + (Steady::now() - *asked_));
}

void StoreClock::ask() {
  const auto asked = Steady::now();
  long long milliseconds = 0;
  Statement(connection_, std::string(connection_.engine().server_time)).into(milliseconds).execute();
  told_ = std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(milliseconds));
  asked_ = asked;
}

}  // namespace clientid
