// A wire with a length: what a network device hands out goes back into the same device after exactly the delay, in order.
//   relay DEVICE MICROSECONDS   prints "ready" when the device is there, and ends when its standard input ends
// It runs in the namespace of a switch, whose routes lead what comes from a host into the device, and what comes out of it to a host.
// Packets come as the kernel has joined them (up to 64 KiB, as a network card would get them), with the header that says how to cut them.
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include <deque>
#include <memory>
#include <vector>

namespace {

constexpr size_t kMostBytesOfPacket = 65536 + 256;
constexpr int kReadsAtOnce = 32;
constexpr size_t kMostBytesUnderWay = size_t{1} << 29;
constexpr long kNanosecondsOfSecond = 1000000000;

struct Packet {
  long due;
  std::vector<char> bytes;
};

long now() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * kNanosecondsOfSecond + time.tv_nsec;
}

[[noreturn]] void fail(const char *what) {
  fprintf(stderr, "relay: %s: %s\n", what, strerror(errno));
  exit(1);
}

int open_device(const char *name) {
  int device = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (device < 0) fail("/dev/net/tun");
  ifreq request = {};
  strncpy(request.ifr_name, name, IFNAMSIZ - 1);
  request.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR;
  if (ioctl(device, TUNSETIFF, &request) < 0) fail(name);
  if (ioctl(device, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN) < 0) fail("offloads");
  return device;
}

// What else the machine computes must not lengthen the wire. Where this is not allowed it can, and ping shows it.
void take_precedence() {
  sched_param priority = {};
  priority.sched_priority = 50;
  sched_setscheduler(0, SCHED_FIFO, &priority);
  prctl(PR_SET_TIMERSLACK, 1);
  mlockall(MCL_CURRENT);
}

class Wire {
 public:
  Wire(int device, long delay) : device_(device), delay_(delay) {}

  void take() {
    for (int reads = 0; reads < kReadsAtOnce; reads += 1) {
      ssize_t length = read(device_, buffer_, sizeof buffer_);
      if (length < 0 && (errno == EAGAIN || errno == EINTR)) return;
      if (length < 0) fail("read");
      long due = now() + delay_;
      if (bytes_under_way_ + length > kMostBytesUnderWay) {
        fprintf(stderr, "relay: a packet is lost: %zu bytes are under way\n", bytes_under_way_);
        continue;
      }
      std::vector<char> bytes = spare();
      bytes.assign(buffer_, buffer_ + length);
      under_way_.push_back({due, std::move(bytes)});
      bytes_under_way_ += length;
    }
  }

  void deliver() {
    while (!under_way_.empty() && under_way_.front().due <= now()) {
      Packet &packet = under_way_.front();
      // The device takes no packet of which nobody wants to know, for example one without a route: it is lost, as elsewhere.
      if (write(device_, packet.bytes.data(), packet.bytes.size()) < 0 && errno == EBADFD) fail("write");
      bytes_under_way_ -= packet.bytes.size();
      spares_.push_back(std::move(packet.bytes));
      under_way_.pop_front();
    }
  }

  // Until the next packet is due; null if none is under way.
  const timespec *until_next(timespec &wait) const {
    if (under_way_.empty()) return nullptr;
    long left = under_way_.front().due - now();
    if (left < 0) left = 0;
    wait = {left / kNanosecondsOfSecond, left % kNanosecondsOfSecond};
    return &wait;
  }

 private:
  std::vector<char> spare() {
    if (spares_.empty()) return {};
    std::vector<char> bytes = std::move(spares_.back());
    spares_.pop_back();
    return bytes;
  }

  int device_;
  long delay_;
  char buffer_[kMostBytesOfPacket];
  std::deque<Packet> under_way_;
  std::vector<std::vector<char>> spares_;
  size_t bytes_under_way_ = 0;
};

}  // namespace

int main(int count, char **arguments) {
  if (count != 3) {
    fprintf(stderr, "usage: relay DEVICE MICROSECONDS\n");
    return 2;
  }
  int device = open_device(arguments[1]);
  auto wire = std::make_unique<Wire>(device, atol(arguments[2]) * 1000);
  take_precedence();
  puts("ready");
  fflush(stdout);
  pollfd waits[] = {{device, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
  for (;;) {
    timespec wait;
    if (ppoll(waits, 2, wire->until_next(wait), nullptr) < 0 && errno != EINTR) fail("ppoll");
    if (waits[1].revents != 0) return 0;
    wire->take();
    wire->deliver();
  }
}
