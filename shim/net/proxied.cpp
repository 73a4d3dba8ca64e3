#include "shim/net/proxied.hpp"

#include <algorithm>

#include "shim/ops/log.hpp"

namespace clientid {
namespace {

asio::awaitable<ProxyHeader> read_header(Stream& stream) {
  std::string octets;
  for (;;) {
    const auto header = parse_proxy_header(octets);
    if (header.status != ProxyHeader::Status::incomplete) co_return header;
    const auto had = octets.size();
    octets.resize(had + header.octets);
    std::size_t got = 0;
    const auto io = co_await stream.read_clear(std::span(octets).subspan(had), got);
    if (io != Io::done) co_return header;
    octets.resize(had + got);
  }
}

}  // namespace

asio::awaitable<std::optional<ClientEnds>> read_client_ends(Stream& stream, const ClientEnds& own,
                                                            const std::vector<Network>& trusted) {
  const auto refuse = [&](const char* cause) {
    log::warning("proxy-refused", {{"peer", own.peer.address}, {"cause", cause}});
    return std::nullopt;
  };
  const auto peer = Address::parse(own.peer.address);
  const auto covers = [&](const Network& network) { return peer && network.contains(*peer); };
  if (std::none_of(trusted.begin(), trusted.end(), covers)) co_return refuse("not in trusted-proxies");
  const auto header = co_await read_header(stream);
  switch (header.status) {
    case ProxyHeader::Status::complete: break;
    case ProxyHeader::Status::incomplete: co_return refuse("no PROXY header in time");
    case ProxyHeader::Status::malformed: co_return refuse("no PROXY header");
  }
  if (!header.endpoints) co_return own;
  co_return ClientEnds{header.endpoints->source, header.endpoints->destination};
}

}  // namespace clientid
