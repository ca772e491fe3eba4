import { expect, test } from "vitest";
import { AddressRefused, isPublic, publicAddress } from "../../../builder/work/callback-address.ts";

test.each([
  ["8.8.8.8", true],
  ["172.15.255.255", true],
  ["172.32.0.1", true],
  ["2606:4700::1111", true],
  ["127.0.0.1", false],
  ["127.255.0.1", false],
  ["0.0.0.0", false],
  ["10.1.2.3", false],
  ["172.16.0.1", false],
  ["172.31.255.255", false],
  ["192.168.0.1", false],
  ["168.63.129.16", false],
  ["168.63.129.17", true],
  ["169.254.169.254", false],
  ["100.64.0.1", false],
  ["198.18.0.1", false],
  ["224.0.0.1", false],
  ["255.255.255.255", false],
  ["::", false],
  ["::1", false],
  ["::ffff:127.0.0.1", false],
  ["::ffff:8.8.8.8", false],
  ["64:ff9b::a00:1", false],
  ["fe80::1", false],
  ["fd00:ec2::254", false],
  ["ff02::1", false],
  ["2001:db8::1", false],
  ["2002:7f00:1::", false],
])("%s is of the open internet: %s", (address, expected) => {
  expect(isPublic(address)).toBe(expected);
});

test.each([
  "http://127.0.0.1/",
  "http://2130706433/",
  "http://0x7f.1/",
  "http://[::1]:8000/",
  "http://[::ffff:127.0.0.1]/",
  "http://localhost/",
  "http://169.254.169.254/latest/meta-data",
])("a callback to %s is refused", async (url) => {
  await expect(publicAddress(new URL(url))).rejects.toThrow(AddressRefused);
});

test("a public address is its own", async () => {
  expect(await publicAddress(new URL("https://8.8.8.8/x"))).toBe("8.8.8.8");
  expect(await publicAddress(new URL("https://[2606:4700::1111]/x"))).toBe("2606:4700::1111");
});
