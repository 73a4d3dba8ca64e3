#include "shim/net/gathering_bio.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <memory>
#include <new>

namespace clientid {
namespace {

// A message for a back end behind TLS is sent piece by piece.
constexpr std::size_t max_held = std::size_t{64} * 1024;

Gathering& gathering_of(BIO* bio) {
  return *static_cast<Gathering*>(BIO_get_data(bio));
}

int read(BIO* bio, char* data, int length) {
  BIO_clear_retry_flags(bio);
  const auto got = ::recv(gathering_of(bio).socket, data, static_cast<std::size_t>(length), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
  if (got == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return static_cast<int>(got);
}

int write(BIO* bio, const char* data, int length) {
  BIO_clear_retry_flags(bio);
  auto& held = gathering_of(bio).held;
  if (held.size() >= max_held) {
    BIO_set_retry_write(bio);
    return -1;
  }
  try {
    held.append(data, static_cast<std::size_t>(length));
    return length;
  } catch (const std::bad_alloc&) {
    return -1;  // the caller is C
  }
}

// OpenSSL asks for a flush behind each of its own messages, which is what we do not want.
long control(BIO* bio, int command, long /*number*/, void* /*pointer*/) {
  if (command == BIO_CTRL_FLUSH) return 1;
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
  return 0;
}

// Made once, and never freed: threads use it until the end.
const BIO_METHOD* method() {
  static const BIO_METHOD* const made = [] {
    std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)> fresh(
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "gathering socket"), BIO_meth_free);
    if (!fresh || BIO_meth_set_read(fresh.get(), read) != 1 || BIO_meth_set_write(fresh.get(), write) != 1 ||
        BIO_meth_set_ctrl(fresh.get(), control) != 1) {
      throw std::bad_alloc();
    }
    return fresh.release();
  }();
  return made;
}

}  // namespace

BIO* new_gathering_bio(Gathering& gathering) {
  BIO* bio = BIO_new(method());
  if (bio == nullptr) return nullptr;
  BIO_set_data(bio, &gathering);
  BIO_set_init(bio, 1);
  return bio;
}

}  // namespace clientid
