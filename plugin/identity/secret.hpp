// Octets that must not outlive their use: tokens, passwords, keys and every buffer they pass through.
// The memory is wiped before it is given back, also where the buffer grows. std::string will not do: it keeps
// short strings inside itself and copies freely.
#pragma once

#include <openssl/crypto.h>

#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <vector>

namespace clientid {

template <typename T>
struct WipingAllocator {
  using value_type = T;

  WipingAllocator() = default;
  template <typename U>
  WipingAllocator(const WipingAllocator<U>& /*other*/) noexcept {}

  T* allocate(std::size_t count) {
    const auto size = count * sizeof(T);
    return static_cast<T*>(begins_page(size) ? allocate_page(size) : ::operator new(size));
  }
  void deallocate(T* memory, std::size_t count) noexcept {
    const auto size = count * sizeof(T);
    OPENSSL_cleanse(memory, size);
    ::operator delete(begins_page(size) ? *whole_of(memory) : memory);
  }
  friend bool operator==(const WipingAllocator&, const WipingAllocator&) = default;

 private:
  static constexpr std::size_t page = 4096;
  // malloc() would put a buffer for messages a few octets, modulo the page, behind the one of OpenSSL from which it is
  // filled. Where memcpy() is `rep movsb` (Zen 3 and 4) it then takes four times as long.
  static constexpr bool begins_page(std::size_t size) { return size >= std::size_t{16} * 1024; }

  // By hand: what aligned_alloc() of glibc 2.36 was given back it does not use for the next one.
  static void* allocate_page(std::size_t size) {
    auto room = size + page;
    void* const whole = ::operator new(room + sizeof(whole));
    void* begin = static_cast<void**>(whole) + 1;
    std::align(page, size, begin, room);
    *whole_of(begin) = whole;
    return begin;
  }
  // Kept before its beginning.
  static void** whole_of(void* begin) { return static_cast<void**>(begin) - 1; }
};

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view text) : octets_(text.begin(), text.end()) {}
  explicit Secret(std::size_t size) : octets_(size) {}
  Secret(Secret&&) noexcept = default;
  Secret& operator=(Secret&&) noexcept = default;
  // A copy is asked for by name, so that none is made by accident.
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() = default;

  Secret clone() const { return Secret(view()); }
  void append(std::string_view text) { octets_.insert(octets_.end(), text.begin(), text.end()); }
  void append(char octet) { octets_.push_back(octet); }
  void truncate(std::size_t size) { octets_.resize(size); }

  // Valid until the next change.
  std::string_view view() const { return {octets_.data(), octets_.size()}; }
  std::span<char> octets() { return octets_; }
  bool empty() const { return octets_.empty(); }
  std::size_t size() const { return octets_.size(); }

 private:
  std::vector<char, WipingAllocator<char>> octets_;
};

}  // namespace clientid
