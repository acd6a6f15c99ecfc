package ratelimit

import "net/netip"

// subscriber is the part of an IPv6 address that one subscriber is given; the rest is theirs to choose.
const subscriber = 64

// Network is the key of an address: what one machine can change of its address by itself does not give it another bucket.
func Network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	a = a.Unmap().WithZone("")
	if a.Is4() {
		return a.String()
	}
	return netip.PrefixFrom(a, subscriber).Masked().String()
}
