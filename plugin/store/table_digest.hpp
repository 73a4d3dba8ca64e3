// What tells whether two tables hold the same rows, in whatever order: engines sort odd octets each in its own way.
#pragma once

#include <array>
#include <cstdint>

#include "plugin/store/table_row.hpp"

namespace clientid {

class TableDigest {
 public:
  void add(const TableRow& row);

  long long rows() const { return rows_; }

  bool operator==(const TableDigest&) const = default;

 private:
  long long rows_ = 0;
  std::array<std::uint64_t, 4> sum_{};  // of the SHA-256 of each row; one row twice is not the same as none
};

}  // namespace clientid
