#include "tests/plugin/verdict_listener.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <cstring>
#include <stdexcept>
#include <utility>

namespace clientid::test {
namespace {

// Whoever never closes it makes a test fail, not hang.
void be_patient(int socket) {
  const timeval patience{10, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

std::string read_question(int socket) {
  std::string question;
  char buffer[4096];
  while (!question.ends_with("\n\n")) {
    const ssize_t size = ::recv(socket, buffer, sizeof buffer, 0);
    if (size <= 0) break;
    question.append(buffer, static_cast<std::size_t>(size));
  }
  return question;
}

}  // namespace

Behaviour answer(std::string reply) {
  return [reply = std::move(reply)](const std::string&, int socket) {
    std::size_t sent = 0;
    while (sent != reply.size()) {
      const ssize_t size = ::send(socket, reply.data() + sent, reply.size() - sent, MSG_NOSIGNAL);
      if (size <= 0) break;
      sent += static_cast<std::size_t>(size);
    }
  };
}

void wait_for_close(int socket) {
  be_patient(socket);
  char octet = '\0';
  while (::recv(socket, &octet, 1, 0) > 0) {
  }
}

FileDescriptor listen_at(const std::filesystem::path& path, int backlog) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string& text = path.native();
  if (text.size() >= sizeof address.sun_path) throw std::runtime_error("path too long: " + text);
  std::memcpy(address.sun_path, text.data(), text.size());
  FileDescriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener.get(), backlog) != 0) {
    throw std::runtime_error("cannot listen at " + text);
  }
  return listener;
}

VerdictListener::VerdictListener(const std::filesystem::path& path, Behaviour behaviour, Reads reads)
    : behaviour_(std::move(behaviour)), reads_(reads), listener_(listen_at(path, 64)), thread_([this] { run(); }) {}

VerdictListener::~VerdictListener() {
  ::shutdown(listener_.get(), SHUT_RDWR);
  thread_.join();
}

std::vector<std::string> VerdictListener::questions() const {
  const std::lock_guard lock(mutex_);
  return questions_;
}

void VerdictListener::run() {
  for (;;) {
    const FileDescriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!socket) return;
    be_patient(socket.get());
    std::string question;
    if (reads_ == Reads::question) question = read_question(socket.get());
    {
      const std::lock_guard lock(mutex_);
      questions_.push_back(question);
    }
    behaviour_(question, socket.get());
  }
}

}  // namespace clientid::test
