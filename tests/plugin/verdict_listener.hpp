// A verdict service for tests: listens at a path, reads each question whole, and behaves as it was told to.
#pragma once

#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "plugin/config/file_descriptor.hpp"

namespace clientid::test {

// What is done with one connection: the question, and the socket to answer on, which is closed afterwards.
using Behaviour = std::function<void(const std::string& question, int socket)>;

Behaviour answer(std::string reply);

// Until the asker goes away.
void wait_for_close(int socket);

class VerdictListener {
 public:
  enum class Reads { question, nothing };

  VerdictListener(const std::filesystem::path& path, Behaviour behaviour, Reads reads = Reads::question);
  ~VerdictListener();
  VerdictListener(const VerdictListener&) = delete;
  VerdictListener& operator=(const VerdictListener&) = delete;

  std::vector<std::string> questions() const;

 private:
  void run();

  Behaviour behaviour_;
  Reads reads_;
  FileDescriptor listener_;
  mutable std::mutex mutex_;
  std::vector<std::string> questions_;
  std::thread thread_;
};

// A listening socket that nobody accepts from.
FileDescriptor listen_at(const std::filesystem::path& path, int backlog);

}  // namespace clientid::test
