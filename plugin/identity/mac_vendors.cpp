#include "plugin/identity/mac_vendors.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <limits>
#include <string_view>

namespace clientid {
namespace {

constexpr unsigned address_bits = 48;

// The largest list has 3 MB and 35,000 lines.
constexpr std::size_t max_lines = 1'000'000;
constexpr std::size_t max_prefixes = 200'000;

// All that counts of a line stands in its beginning.
constexpr std::size_t line_start = 80;

struct Block {
  const char* file;      // without ".csv"
  const char* registry;  // the first field of its lines
  unsigned bits;
};

constexpr std::array<Block, 4> blocks{
    {{"oui", "MA-L", 24}, {"mam", "MA-M", 28}, {"oui36", "MA-S", 36}, {"iab", "IAB", 36}}};

// MA-L,002272,American Micro-Fuel Device Corp.,...
bool parse_line(std::string_view line, std::string_view registry, unsigned bits, std::uint64_t& prefix) {
  if (!line.starts_with(registry)) return false;
  line.remove_prefix(registry.size());
  const std::size_t digits = bits / 4;
  if (line.size() < digits + 2 || line.front() != ',' || line[digits + 1] != ',') return false;
  const auto* const begin = line.data() + 1;
  const auto [end, error] = std::from_chars(begin, begin + digits, prefix, 16);
  if (error != std::errc{} || end != begin + digits) return false;
  // What the IEEE keeps for itself, it gives away in smaller blocks: a vendor is who has one of those.
  return bits != 24 || !line.substr(digits + 2).starts_with("IEEE Registration Authority");
}

std::vector<std::uint64_t> read(const std::string& directory, const Block& block) {
  std::ifstream file(directory + "/" + block.file + ".csv", std::ios::binary);
  std::vector<std::uint64_t> prefixes;
  std::array<char, line_start> line{};
  for (std::size_t i = 0; i < max_lines && prefixes.size() < max_prefixes && file; ++i) {
    file.getline(line.data(), line.size());
    std::uint64_t prefix = 0;
    if (parse_line(line.data(), block.registry, block.bits, prefix)) prefixes.push_back(prefix);
    if (file.fail() && !file.eof() && !file.bad()) {
      file.clear();
      file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
    }
  }
  std::sort(prefixes.begin(), prefixes.end());
  prefixes.shrink_to_fit();
  return prefixes;
}

}  // namespace

const MacVendors& MacVendors::of_this_machine() {
  // update-ieee-data(8) renews the first; the second is as the package brought it.
  static const MacVendors vendors({"/var/lib/ieee-data", "/usr/share/ieee-data"});
  return vendors;
}

MacVendors::Answer MacVendors::look_up(std::uint64_t address) const {
  std::call_once(read_once_, [this] { read_lists(); });
  if (lists_.front().empty()) return Answer::no_lists;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (std::binary_search(lists_[i].begin(), lists_[i].end(), address >> (address_bits - blocks[i].bits))) {
      return Answer::registered;
    }
  }
  return Answer::not_registered;
}

void MacVendors::read_lists() const {
  for (const auto& directory : directories_) {
    std::array<Prefixes, 4> lists;
    std::transform(blocks.begin(), blocks.end(), lists.begin(),
                   [&](const Block& block) { return read(directory, block); });
    // With a list missing, vendors would be taken for strangers.
    if (std::any_of(lists.begin(), lists.end(), [](const Prefixes& list) { return list.empty(); })) continue;
    lists_ = std::move(lists);
    return;
  }
}

}  // namespace clientid
