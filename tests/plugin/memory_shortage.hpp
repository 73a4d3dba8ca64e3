// Memory that is refused: to this thread, at an allocation of one's choice, whoever asks for it in this process; libc,
// libsasl and what it loads included. Linked in, it takes the place of malloc, calloc and realloc.
#pragma once

namespace clientid::test {

class MemoryShortage {
 public:
  enum class Refused { one, all };  // the allocation alone, or all that follow as well

  // `number` counts from 1. One shortage at a time in a thread.
  MemoryShortage(unsigned number, Refused refused);
  ~MemoryShortage();
  MemoryShortage(const MemoryShortage&) = delete;
  MemoryShortage& operator=(const MemoryShortage&) = delete;

  // Were there so many?
  bool felt() const;
};

}  // namespace clientid::test
