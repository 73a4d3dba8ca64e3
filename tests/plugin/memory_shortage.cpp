#include "tests/plugin/memory_shortage.hpp"

#include <cerrno>
#include <cstddef>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CLIENTID_TEST_ASAN
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define CLIENTID_TEST_ASAN
#endif

// The allocator that we stand before, and its own names for what we take from it.
#ifdef CLIENTID_TEST_ASAN
#include <sanitizer/lsan_interface.h>
#define CLIENTID_TEST_REAL(name) __interceptor_##name
#else
#define CLIENTID_TEST_REAL(name) __libc_##name
#endif

extern "C" {
void* CLIENTID_TEST_REAL(malloc)(std::size_t);
void* CLIENTID_TEST_REAL(calloc)(std::size_t, std::size_t);
void* CLIENTID_TEST_REAL(realloc)(void*, std::size_t);
}

namespace clientid::test {
namespace {

struct State {
  bool reigns = false;
  bool felt = false;
  MemoryShortage::Refused refused = MemoryShortage::Refused::one;
  unsigned left = 0;  // to be given before
};

constinit thread_local State state;

bool refuse() {
  if (!state.reigns) return false;
  if (state.left > 0) {
    --state.left;
    return false;
  }
  if (state.felt && state.refused == MemoryShortage::Refused::one) return false;
  state.felt = true;
  errno = ENOMEM;
  return true;
}

}  // namespace

MemoryShortage::MemoryShortage(unsigned number, Refused refused) {
#ifdef CLIENTID_TEST_ASAN
  // What libsasl forgets to free where it is short of memory is not ours.
  __lsan_disable();
#endif
  state = {.reigns = true, .felt = false, .refused = refused, .left = number - 1};
}

MemoryShortage::~MemoryShortage() {
  state.reigns = false;
#ifdef CLIENTID_TEST_ASAN
  __lsan_enable();
#endif
}

bool MemoryShortage::felt() const {
  return state.felt;
}

}  // namespace clientid::test

extern "C" {

__attribute__((visibility("default"))) void* malloc(std::size_t size) {
  return clientid::test::refuse() ? nullptr : CLIENTID_TEST_REAL(malloc)(size);
}

__attribute__((visibility("default"))) void* calloc(std::size_t count, std::size_t size) {
  return clientid::test::refuse() ? nullptr : CLIENTID_TEST_REAL(calloc)(count, size);
}

__attribute__((visibility("default"))) void* realloc(void* memory, std::size_t size) {
  return clientid::test::refuse() ? nullptr : CLIENTID_TEST_REAL(realloc)(memory, size);
}

}  // extern "C"
