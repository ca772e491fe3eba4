/** The cgroup below a builder's own in which the commands of its build run. */
export const CGROUP = "slipway";
