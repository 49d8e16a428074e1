#!/usr/bin/env python3
"""Records linux.pcap: what Linux sends between three namespaces (a - r - b; the link r-b has an MTU of 1,300). Needs root, iproute2, iptables, tshark."""
import os, socket, struct, subprocess, sys, time

def sh(command): return subprocess.run(command, shell=True, check=True, capture_output=True, text=True).stdout
def within(ns, code): return subprocess.Popen(["ip", "netns", "exec", ns, sys.executable, __file__, code])

def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16: total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff

def echo(ident, sequence, data):
    head = struct.pack(">BBHHH", 8, 0, 0, ident, sequence)
    return head[:2] + struct.pack(">H", checksum(head + data)) + head[4:] + data

def server():
    listener = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
    listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    listener.bind(("::", 7000)); listener.listen()
    udp = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); udp.bind(("::", 7001))
    while True:
        connection, _ = listener.accept()
        connection.settimeout(8)
        try:
            while chunk := connection.recv(65536): connection.send(chunk[:100])
        except OSError: pass
        connection.close()

def client():
    a4, b4, b6 = "10.99.0.1", "10.99.1.2", "fd99:1::2"
    # Echo requests, one with options (record route), one that must be fragmented, one whose hop limit ends at the router.
    icmp = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    icmp.sendto(echo(0x1234, 1, b"hello"), (b4, 0))
    icmp.setsockopt(socket.IPPROTO_IP, socket.IP_OPTIONS, bytes([7, 15, 4]) + bytes(12) + b"\1")
    icmp.sendto(echo(0x1234, 2, b"route"), (b4, 0))
    icmp.setsockopt(socket.IPPROTO_IP, socket.IP_OPTIONS, b"")
    icmp.sendto(echo(0x1234, 3, bytes(2500)), (b4, 0))
    icmp.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 1)
    icmp.sendto(echo(0x1234, 4, b"short"), (b4, 0))
    icmp6 = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
    for sequence, extra in ((1, {}), (2, {socket.IPV6_TCLASS: 0xb8})):
        for option, value in extra.items(): icmp6.setsockopt(socket.IPPROTO_IPV6, option, value)
        icmp6.sendto(struct.pack(">BBHHH", 128, 0, 0, 0x4321, sequence) + b"hello six", (b6, 0))
    icmp6.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, 1)
    icmp6.sendto(struct.pack(">BBHHH", 128, 0, 0, 0x4321, 3) + b"short", (b6, 0))
    # UDP: answered by unreachable (port, and route), too big, fragmented, with extension headers.
    for family, to in ((socket.AF_INET, b4), (socket.AF_INET6, b6)):
        udp = socket.socket(family, socket.SOCK_DGRAM)
        udp.sendto(b"nobody is here", (to, 9))
        level, discover, do = (socket.IPPROTO_IP, 10, 2) if family == socket.AF_INET else (socket.IPPROTO_IPV6, 23, 2)
        try: udp.sendto(b"", ("10.99.7.7" if family == socket.AF_INET else "fd99:7::7", 9))
        except OSError: pass
        udp.setsockopt(level, discover, do)
        try: udp.sendto(bytes(1400), (to, 7001))
        except OSError: pass
        time.sleep(0.3)
        udp.setsockopt(level, discover, 0)
        udp.sendto(b"f" * 3000, (to, 7001))
    udp = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    padded = bytes([0, 0, 1, 4, 0, 0, 0, 0])
    udp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_HOPOPTS, padded)
    udp.sendto(b"hop by hop", (b6, 7001))
    udp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_DSTOPTS, padded)
    udp.sendto(b"hop by hop, destination", (b6, 7001))
    udp.sendto(b"g" * 3000, (b6, 7001))
    # TCP: SYN options, data; lost segments make SACK blocks; a refused connection.
    for family, to in ((socket.AF_INET, b4), (socket.AF_INET6, b6)):
        tcp = socket.create_connection((to, 7000))
        tcp.sendall(b"t" * 9000)
        tcp.settimeout(2)
        try:
            while tcp.recv(4096): pass
        except OSError: pass
        tcp.close()
        try: socket.create_connection((to, 7999), timeout=1)
        except OSError: pass

def main():
    for ns in "arb": sh(f"ip netns add {ns}w; ip -n {ns}w link set lo up")
    try:
        for left, right, mtu, net in (("aw", "rw", 1500, 0), ("rw", "bw", 1300, 1)):
            sh(f"ip link add v{left} netns {left} mtu {mtu} type veth peer name w{right} netns {right} mtu {mtu}")
            for ns, name, host in ((left, f"v{left}", 1), (right, f"w{right}", 2)):
                sh(f"ip -n {ns} addr add 10.99.{net}.{host}/24 dev {name}; ip -n {ns} addr add fd99:{net}::{host}/64 dev {name} nodad; ip -n {ns} link set {name} up")
                for offload in ("tso", "gso", "gro", "tx", "rx", "tx-udp-segmentation"):
                    subprocess.run(f"ip netns exec {ns} ethtool -K {name} {offload} off", shell=True, capture_output=True)
        sh("ip netns exec rw sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0")
        sh("ip -n aw route add default via 10.99.0.2; ip -n aw route add default via fd99:0::2; ip -n bw route add default via 10.99.1.1; ip -n bw route add default via fd99:1::1")
        for tables in ("iptables", "ip6tables"):
            sh(f"ip netns exec rw {tables} -A FORWARD -p tcp --dport 7000 -m length --length 500:2000 -m statistic --mode nth --every 4 --packet 2 -j DROP")
        time.sleep(2)
        echoing = within("bw", "server")
        capture = subprocess.Popen(["ip", "netns", "exec", "aw", "dumpcap", "-q", "-i", "vaw", "-P", "-w", "/tmp/linux.pcap"])
        time.sleep(2)
        within("aw", "client").wait()
        time.sleep(2)
        capture.terminate(); capture.wait(); echoing.terminate()
    finally:
        for ns in "arb": subprocess.run(f"ip netns del {ns}w", shell=True)

if __name__ == "__main__":
    {"server": server, "client": client}[sys.argv[1]]() if len(sys.argv) > 1 else main()
