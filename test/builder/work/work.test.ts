import { workSuite } from "./work-suite.ts";

workSuite(async () => undefined);
