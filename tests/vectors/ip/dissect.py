#!/usr/bin/env python3
"""Writes what tshark reads in a capture: dissect.py IN.pcap OUT.json. One object a packet, each field with all its values in order (an ICMP error
quotes a second header), without reassembly and with absolute sequence numbers."""
import json, subprocess, sys

FIELDS = """
eth.type
ip.version ip.hdr_len ip.dsfield.dscp ip.dsfield.ecn ip.len ip.id ip.flags.df ip.flags.mf ip.frag_offset ip.ttl ip.proto ip.checksum ip.src ip.dst
ipv6.version ipv6.tclass ipv6.flow ipv6.plen ipv6.nxt ipv6.hlim ipv6.src ipv6.dst
ipv6.hopopts.nxt ipv6.hopopts.len_oct ipv6.dstopts.nxt ipv6.dstopts.len_oct ipv6.fraghdr.nxt ipv6.fraghdr.offset ipv6.fraghdr.more ipv6.fraghdr.ident
udp.srcport udp.dstport udp.length udp.checksum
tcp.srcport tcp.dstport tcp.seq tcp.ack tcp.hdr_len tcp.flags.ae tcp.flags tcp.window_size_value tcp.checksum tcp.urgent_pointer tcp.payload
tcp.options.mss_val tcp.options.wscale.shift tcp.option_kind tcp.options.timestamp.tsval tcp.options.timestamp.tsecr tcp.options.sack_le tcp.options.sack_re
icmp.type icmp.code icmp.checksum icmp.ident icmp.seq icmp.mtu
icmpv6.type icmpv6.code icmpv6.checksum icmpv6.echo.identifier icmpv6.echo.sequence_number icmpv6.mtu
stun.type stun.length stun.id stun.att.type stun.att.length stun.att.ipv4 stun.att.port
""".split()

OPTIONS = ["ip.defragment:FALSE", "ipv6.defragment:FALSE", "tcp.desegment_tcp_streams:FALSE", "tcp.relative_sequence_numbers:FALSE", "tcp.analyze_sequence_numbers:FALSE"]

known = {line.split("\t")[2] for line in subprocess.run(["tshark", "-G", "fields"], capture_output=True, text=True).stdout.splitlines() if line.startswith("F")}
fields = [f for f in FIELDS if f in known]
print("not known to this tshark:", sorted(set(FIELDS) - known))
command = ["tshark", "-r", sys.argv[1], "-T", "fields", "-E", "occurrence=a", "-E", "aggregator=|"]
command += [a for o in OPTIONS for a in ("-o", o)] + [a for f in fields for a in ("-e", f)]
packets = []
for line in subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines():
    packets.append({f: v.split("|") for f, v in zip(fields, line.split("\t")) if v})
with open(sys.argv[2], "w") as out:
    out.write("[\n" + ",\n".join(json.dumps(p, separators=(",", ":")) for p in packets) + "\n]\n")
