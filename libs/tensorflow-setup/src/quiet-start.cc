// While TensorFlow's libraries are initialised they announce themselves on stderr, before any level can be set.
// Linked with -z initfirst, so this constructor runs before theirs; the addon's own comes last and calls the end.
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

namespace {
int saved_stderr = -1;

__attribute__((constructor)) void begin_quiet_start() {
  const char* level = std::getenv("TF_CPP_MIN_LOG_LEVEL");
  if (level != nullptr && std::atoi(level) < 1) return;
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere < 0) return;
  saved_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  if (saved_stderr >= 0) dup2(nowhere, STDERR_FILENO);
  close(nowhere);
}
}  // namespace

extern "C" void lethe_end_quiet_start() {
  if (saved_stderr < 0) return;
  dup2(saved_stderr, STDERR_FILENO);
  close(saved_stderr);
  saved_stderr = -1;
}
