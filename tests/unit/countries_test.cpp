#include "plugin/store/countries.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

#include "plugin/config/config_error.hpp"
#include "tests/unit/countries_database.hpp"

using namespace clientid;

namespace {

std::string country(const Countries& countries, const std::string& address) {
  const auto place = countries.location_of(Address::parse(address).value());
  return place ? place->country : "none";
}

std::string fault(const std::string& path) {
  try {
    Countries::open(path);
  } catch (const ConfigError& error) {
    std::string text = error.what();
    CHECK(text.starts_with(path + ": geoip-database: "));
    return text;
  }
  return {};
}

}  // namespace

TEST_CASE("the country of an address") {
  if (!has_writer()) return;
  for (const auto* form : {"country", "city"}) {
    CAPTURE(form);
    const auto countries = CountriesDatabase(form).open();
    CHECK(country(*countries, "192.0.2.0") == "DE");
    CHECK(country(*countries, "192.0.2.255") == "DE");
    CHECK(country(*countries, "::ffff:192.0.2.7") == "DE");
    CHECK(country(*countries, "198.51.100.7") == "US");
    CHECK(country(*countries, "203.0.113.7") == "FR");
    CHECK(country(*countries, "2001:db8::7") == "JP");
    CHECK(country(*countries, "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff") == "JP");
    CHECK(country(*countries, "2001:db9::") == "none");
    CHECK(country(*countries, "192.0.3.0") == "none");
    CHECK(country(*countries, "::1") == "none");
  }
}

TEST_CASE("the country in which a network is registered, where its own is not known") {
  if (!has_writer()) return;
  const auto countries = CountriesDatabase("country").open();
  CHECK(country(*countries, "192.0.2.16") == "AT");
  CHECK(country(*countries, "192.0.2.17") == "none");
}

TEST_CASE("threats: log injection - a country is two capital letters") {
  if (!has_writer()) return;
  const auto countries = CountriesDatabase("country").open();
  CHECK(country(*countries, "192.0.2.18") == "none");
  CHECK(country(*countries, "192.0.2.19") == "none");
}

TEST_CASE("a database of cities has coordinates") {
  if (!has_writer()) return;
  const auto cities = CountriesDatabase("city").open();
  const auto place = cities->location_of(Address::parse("198.51.100.7").value()).value();
  CHECK(place.latitude.value() == 38.9);
  CHECK(place.longitude.value() == -77.0);
  for (const auto* half_or_wrong : {"192.0.2.20", "192.0.2.21", "192.0.2.22"}) {
    CAPTURE(half_or_wrong);
    const auto other = cities->location_of(Address::parse(half_or_wrong).value()).value();
    CHECK(other.country == "DE");
    CHECK_FALSE(other.latitude);
    CHECK_FALSE(other.longitude);
  }
  CHECK_FALSE(CountriesDatabase("country").open()->location_of(Address::parse("198.51.100.7").value())->latitude);
}

TEST_CASE("threads share a database, which outlives its name") {
  if (!has_writer()) return;
  const auto countries = CountriesDatabase("city").open();
  std::vector<std::string> found(4);
  std::vector<std::thread> threads;
  for (auto& one : found) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) one = country(*countries, "203.0.113.7");
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& one : found) CHECK(one == "FR");
}

TEST_CASE("a database may be a link") {
  if (!has_writer()) return;
  const CountriesDatabase database("country");
  const TemporaryDirectory directory;
  std::filesystem::create_symlink(database.path(), directory.file("link"));
  CHECK(country(*Countries::open(directory.file("link")), "192.0.2.7") == "DE");
}

TEST_CASE("a database that cannot be used is named, and how to mend it") {
  const TemporaryDirectory directory;
  CHECK(fault(directory.file("none"))
            .ends_with("cannot be opened: No such file or directory; get it with geoipupdate(1), "
                       "or name the one that there is"));
  const auto text = directory.file("text");
  for (const auto* content : {"", "192.0.2.0/24 DE\n"}) {
    std::ofstream(text) << content;
    CHECK(fault(text).find("cannot be used: ") != std::string::npos);
  }
  CHECK(fault(directory.file("")).find("cannot be used: ") != std::string::npos);
}

TEST_CASE("a database of something else is refused") {
  if (!has_writer()) return;
  CHECK(fault(CountriesDatabase("other").path())
            .ends_with("is of the kind \"GeoLite2-ASN\"; it takes a database of countries or cities"));
}

TEST_CASE("threats: a damaged database is refused, or does not know") {
  if (!has_writer()) return;
  const CountriesDatabase database("city");
  const auto whole = database.octets();
  const auto look_up = [&] {
    try {
      const auto countries = database.open();
      for (const auto* address : {"192.0.2.7", "192.0.2.16", "198.51.100.7", "2001:db8::7", "::", "255.255.255.255"}) {
        const auto found = country(*countries, address);
        CHECK((found == "none" || found.size() == 2));
      }
      return true;
    } catch (const ConfigError&) {
      return false;
    }
  };
  CHECK(look_up());
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    CAPTURE(size);
    database.replace(whole.substr(0, size));
    CHECK_FALSE(look_up());
  }
  for (std::size_t i = 0; i < whole.size(); ++i) {
    CAPTURE(i);
    for (const char octet : {'\0', '\xff', static_cast<char>(~whole[i])}) {
      auto damaged = whole;
      damaged[i] = octet;
      database.replace(damaged);
      look_up();
    }
  }
  auto blank = whole;
  std::fill_n(blank.begin(), blank.size() / 2, '\xff');
  database.replace(blank);
  CHECK(fault(database.path()).empty());
  CHECK(country(*database.open(), "192.0.2.7") == "none");
}
