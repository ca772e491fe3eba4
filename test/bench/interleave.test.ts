import { describe, expect, it } from "vitest";
import { interleave } from "../../bench/interleave.ts";

describe("interleave", () => {
  it("measures the sides in turn and leaves the first round out", async () => {
    const order: string[] = [];
    let value = 0;
    const side = (name: string) => async () => {
      order.push(name);
      value += 1;
      return value;
    };
    const taken = await interleave(2, { ours: side("A"), peer: side("B") });
    expect(order.join("")).toBe("ABABAB");
    expect(taken).toEqual({ ours: [3, 5], peer: [4, 6] });
  });

  it("tells each round before it begins", async () => {
    const heard: (number | string)[] = [];
    await interleave(1, { ours: async () => heard.push("measured") }, (round) => heard.push(round));
    expect(heard).toEqual([0, "measured", 1, "measured"]);
  });

  it("ends at the first measurement that fails", async () => {
    const failed = new Error("no answer");
    let later = 0;
    const sides = {
      ours: () => Promise.reject(failed),
      peer: async () => {
        later += 1;
        return 1;
      },
    };
    await expect(interleave(3, sides)).rejects.toBe(failed);
    expect(later).toBe(0);
  });
});
