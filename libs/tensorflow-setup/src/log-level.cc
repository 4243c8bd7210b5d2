// TensorFlow 2.21 logs through Abseil, whose level only C++ can set, so TF_CPP_MIN_LOG_LEVEL alone no longer quiets it.
// Compiled into the addon: runs when it is loaded, before TensorFlow is first used.
#include <cstdlib>

// absl::SetMinLogLevel as the pinned library exports it; its headers are not needed for one function.
extern void SetMinLogLevel(int severity) __asm__(
    "_ZN4absl12lts_2025081414SetMinLogLevelENS0_18LogSeverityAtLeastE");
extern "C" void lethe_end_quiet_start();

namespace {
const bool log_level_set = [] {
  const char* level = std::getenv("TF_CPP_MIN_LOG_LEVEL");
  SetMinLogLevel(level == nullptr ? 2 : std::atoi(level));  // errors only, unless asked
  lethe_end_quiet_start();
  return true;
}();
}  // namespace
