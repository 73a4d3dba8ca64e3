#include "shim/net/proxied.hpp"

#include <algorithm>

#include "shim/ops/log.hpp"

namespace clientid {
namespace {

// Malformed, with the cause, where there is none; with no cause where the peer has left and said nothing.
asio::awaitable<ProxyHeader> read_header(Stream& stream, std::string& cause) {
  std::string octets;
  for (;;) {
    auto header = parse_proxy_header(octets);
    if (header.status == ProxyHeader::Status::malformed) cause = "no PROXY header";
    if (header.status != ProxyHeader::Status::incomplete) co_return header;
    const auto had = octets.size();
    octets.resize(had + header.octets);
    std::size_t got = 0;
    const auto io = co_await stream.read_clear(std::span(octets).subspan(had), got);
    if (io != Io::done) {
      if (had > 0) cause = "half a PROXY header";
      if (io == Io::timed_out) cause = "no PROXY header in time";
      co_return ProxyHeader{ProxyHeader::Status::malformed, 0, {}};
    }
    octets.resize(had + got);
  }
}

}  // namespace

asio::awaitable<std::optional<ClientEnds>> read_client_ends(Stream& stream, const ClientEnds& own,
                                                            const std::vector<Network>& trusted,
                                                            log::Throttle& throttle) {
  const auto refuse = [&](const std::string& cause) {
    if (const auto count = throttle.pass(Clock::now())) {
      log::warning("proxy-refused",
                   {{"peer", own.peer.address}, {"cause", cause}, {"refused", std::to_string(*count)}});
    }
    return std::nullopt;
  };
  const auto peer = Address::parse(own.peer.address);
  const auto covers = [&](const Network& network) { return peer && network.contains(*peer); };
  if (std::none_of(trusted.begin(), trusted.end(), covers)) co_return refuse("not in trusted-proxies");
  std::string cause;
  const auto header = co_await read_header(stream, cause);
  if (!cause.empty()) co_return refuse(cause);
  if (header.status != ProxyHeader::Status::complete) co_return std::nullopt;
  if (!header.endpoints) co_return own;
  co_return ClientEnds{header.endpoints->source, header.endpoints->destination};
}

}  // namespace clientid
