// The replies of a back end: lines in, whole replies out.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clientid {

struct BackendReply {
  int code = 0;                    // 200 to 599
  std::vector<std::string> lines;  // as received, without CRLF

  bool positive() const { return code / 100 == 2; }
  std::string text() const;  // with CRLF, ready to be passed on
};

class BackendReplyParser {
 public:
  enum class Status : unsigned char { more, complete, malformed };

  Status on_line(std::string_view line);
  BackendReply take();

 private:
  BackendReply reply_;
};

}  // namespace clientid
