#include "plugin/store/countries.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "plugin/config/config_error.hpp"
#include "plugin/config/file_access.hpp"

namespace clientid {
namespace {

ConfigError fault(const std::string& path, const std::string& what) {
  return ConfigError(path + ": geoip-database: " + what);
}

std::string why_not_opened(const std::string& path, int status, int error) {
  if (status != MMDB_FILE_OPEN_ERROR) {
    return std::string("cannot be used: ") + MMDB_strerror(status) +
           "; it takes a whole file in MaxMind's format, as "
           "geoipupdate(1) gets it";
  }
  auto advice = access_advice(path, Access::read);
  if (error == ENOENT) advice = "; get it with geoipupdate(1), or name the one that there is";
  return std::string("cannot be opened: ") + std::strerror(error) + advice;
}

// The kinds whose entries have a country. "Enterprise" is "City" and more.
bool has_countries(std::string_view type) {
  const auto has = [&](std::string_view word) { return type.find(word) != std::string_view::npos; };
  return has("Country") || has("City") || has("Enterprise");
}

using Path = std::array<const char*, 3>;

std::optional<MMDB_entry_data_s> value_at(MMDB_entry_s entry, const Path& path) {
  MMDB_entry_data_s data{};
  if (MMDB_aget_value(&entry, &data, path.data()) != MMDB_SUCCESS || !data.has_data) return std::nullopt;
  return data;
}

// Only what is a code, since people and logs get to see it.
std::optional<std::string> code_at(const MMDB_entry_s& entry, const Path& path) {
  const auto data = value_at(entry, path);
  if (!data || data->type != MMDB_DATA_TYPE_UTF8_STRING || data->data_size != 2) return std::nullopt;
  std::string code(data->utf8_string, data->data_size);
  if (!std::all_of(code.begin(), code.end(), [](char c) { return c >= 'A' && c <= 'Z'; })) return std::nullopt;
  return code;
}

std::optional<double> degrees_at(const MMDB_entry_s& entry, const Path& path, double most) {
  const auto data = value_at(entry, path);
  // What is not a number is not within the bounds either.
  if (!data || data->type != MMDB_DATA_TYPE_DOUBLE || !(data->double_value >= -most && data->double_value <= most)) {
    return std::nullopt;
  }
  return data->double_value;
}

std::optional<GeoLocation> read_location(const MMDB_entry_s& entry) {
  auto code = code_at(entry, {"country", "iso_code", nullptr});
  if (!code) code = code_at(entry, {"registered_country", "iso_code", nullptr});
  if (!code) return std::nullopt;
  GeoLocation place{*code, degrees_at(entry, {"location", "latitude", nullptr}, 90),
                    degrees_at(entry, {"location", "longitude", nullptr}, 180)};
  if (!place.latitude || !place.longitude) place.latitude = place.longitude = std::nullopt;
  return place;
}

sockaddr_storage socket_address(const Address& address) {
  sockaddr_storage storage{};
  const auto& octets = address.octets();
  if (address.is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    std::memcpy(&v4.sin_addr, octets.data() + octets.size() - sizeof v4.sin_addr, sizeof v4.sin_addr);
    std::memcpy(&storage, &v4, sizeof v4);
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    std::memcpy(&v6.sin6_addr, octets.data(), sizeof v6.sin6_addr);
    std::memcpy(&storage, &v6, sizeof v6);
  }
  return storage;
}

}  // namespace

std::shared_ptr<const Countries> Countries::open(const std::string& path) {
  return std::shared_ptr<const Countries>(new Countries(path));
}

Countries::Countries(const std::string& path) {
  const int status = MMDB_open(path.c_str(), MMDB_MODE_MMAP, &database_);
  if (status != MMDB_SUCCESS) throw fault(path, why_not_opened(path, status, errno));
  const std::string type = database_.metadata.database_type;
  if (!has_countries(type)) {
    MMDB_close(&database_);
    throw fault(path, "is of the kind \"" + type + "\"; it takes a database of countries or cities");
  }
}

Countries::~Countries() {
  MMDB_close(&database_);
}

std::optional<GeoLocation> Countries::location_of(const Address& address) const {
  const auto storage = socket_address(address);
  int error = MMDB_SUCCESS;
  auto found = MMDB_lookup_sockaddr(&database_, reinterpret_cast<const sockaddr*>(&storage), &error);
  if (error != MMDB_SUCCESS || !found.found_entry) return std::nullopt;
  return read_location(found.entry);
}

}  // namespace clientid
