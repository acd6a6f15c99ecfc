import '@testing-library/jest-dom/vitest';
import { cleanup, configure } from '@testing-library/react';
import { afterEach, vi } from 'vitest';

// What a test waits for comes when it comes: a second is short on a busy machine, and waiting longer costs nothing where it comes.
const PATIENCE_MS = 15_000;
configure({ asyncUtilTimeout: PATIENCE_MS });
const { waitFor } = vi;
vi.waitFor = (holds, options = PATIENCE_MS) => waitFor(holds, options);

afterEach(() => cleanup());
