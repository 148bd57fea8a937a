// The page as a file that was opened from disk.

import { Page, start } from "./main.js";

start(Page);
