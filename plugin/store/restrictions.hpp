// The table of restrictions: blocks and attack mode.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plugin/policy/network.hpp"
#include "plugin/policy/restriction.hpp"
#include "plugin/store/connection.hpp"

namespace clientid {

class Restrictions {
 public:
  explicit Restrictions(Connection& connection) : connection_(connection) {}

  // Those in force, oldest first.
  std::vector<Restriction> list(Time now);
  std::optional<Restriction> find(Restricted kind, const std::string& subject, Effect effect, Time now);

  // Takes the place of one with the same kind, subject and effect.
  void put(const Restriction& restriction);

  // False if there was none.
  bool remove(Restricted kind, const std::string& subject, Effect effect);

  // Forgets those that have ended.
  void purge(Time now);

 private:
  Connection& connection_;
};

// Those that an attempt meets, oldest first, in statements that stay prepared.
class RestrictionReader {
 public:
  // `keys`: how many fingerprints a device has.
  explicit RestrictionReader(Connection& connection, std::size_t keys = 1);
  RestrictionReader(const RestrictionReader&) = delete;
  RestrictionReader& operator=(const RestrictionReader&) = delete;
  ~RestrictionReader();

  // There is one fingerprint, and it is empty, without a device.
  std::vector<Restriction> read(const std::string& account, const std::vector<std::string>& fingerprints,
                                const std::optional<Address>& peer, Time at);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace clientid
