#include "shim/auth/channel_binding.hpp"

#include <doctest/doctest.h>

using namespace clientid;

namespace {

const std::vector<ChannelBinding> both{{"tls-exporter", "1"}, {"tls-server-end-point", "2"}};

std::string chosen(std::string_view client_first) {
  return chosen_binding(both, client_first)->name;
}

}  // namespace

TEST_CASE("the client chooses the channel binding") {
  CHECK(chosen("p=tls-exporter,,n=alice,r=abc") == "tls-exporter");
  CHECK(chosen("p=tls-server-end-point,,n=alice,r=abc") == "tls-server-end-point");
  CHECK(chosen("p=tls-server-end-point,a=bob,n=alice,r=abc") == "tls-server-end-point");
}

TEST_CASE("who chooses none, or one that is not there, meets the first") {
  for (const char* message : {"n,,n=alice,r=abc", "y,,n=alice,r=abc", "p=tls-unique,,n=alice,r=abc", "p=", "p", "",
                              "p=tls-server,,n=alice,r=abc", "n,,n=p=tls-server-end-point"}) {
    CAPTURE(message);
    CHECK(chosen(message) == "tls-exporter");
  }
}

TEST_CASE("without bindings there is none to choose") {
  CHECK(chosen_binding({}, "p=tls-exporter,,n=alice,r=abc") == nullptr);
}
