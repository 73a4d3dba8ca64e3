#include "plugin/store/seen_devices.hpp"

#include "plugin/store/statement.hpp"

namespace clientid {

std::vector<std::string> SeenDevices::fingerprints(const std::string& prefix) {
  const std::string above = prefix + "g";  // behind every digit
  std::string fingerprint;
  std::vector<std::string> found;
  Statement(connection_,
            "SELECT fingerprint FROM (SELECT DISTINCT fingerprint FROM binding WHERE fingerprint >= :a AND"
            " fingerprint < :b UNION SELECT DISTINCT fingerprint FROM event WHERE fingerprint >= :c AND"
            " fingerprint < :d UNION SELECT subject FROM restriction WHERE kind = 'device' AND subject >= :e AND"
            " subject < :f UNION SELECT former FROM moved_device WHERE former >= :g AND former < :h) AS seen LIMIT 2")
      .use(prefix, above, prefix, above, prefix, above, prefix, above)
      .into(fingerprint)
      .for_each_row([&] { found.push_back(fingerprint); });
  return found;
}

}  // namespace clientid
