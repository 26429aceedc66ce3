import koffi from 'koffi';

/**
 * The few calls of the C library that Node does not offer. Loaded on first use: the binding costs memory, and
 * platforms without it never come here.
 */
interface Libc {
  /** A pipe whose ends no child inherits unless it is handed one. */
  pipe(): { readonly readFd: number; readonly writeFd: number };
  /** From now on orphans of this process's descendants become its own children. */
  becomeSubreaper(): void;
  /** Keeps a descriptor this process was given, if it is still open, from reaching what it starts. */
  closeOnExec(fd: number): void;
  /** Takes an ended child's place in the process table away. Never for a child that Node started. */
  reap(pid: number): 'reaped' | 'running' | 'none';
  /** Takes a mount out of sight at once, busy or not, without following links; where it may not, the mount stays. */
  detachMount(path: string): void;
}

const prSetChildSubreaper = 36;
const noHang = 1;
const getDescriptorFlags = 1;
const setDescriptorFlags = 2;
const closeOnExecFlag = 1;
const openCloseOnExec = 0o2000000;
const detach = 2;
const noFollow = 8;

let loaded: Libc | undefined;

export function libc(): Libc {
  loaded ??= load();
  return loaded;
}

function load(): Libc {
  const library = koffi.load(null);
  const pipe2: (fds: number[], flags: number) => number = library.func('int pipe2(_Out_ int *fds, int flags)');
  const prctl: (option: number, ...rest: (string | number)[]) => number = library.func('int prctl(int option, ...)');
  const fcntl: (fd: number, command: number, ...rest: (string | number)[]) => number = library.func('int fcntl(int fd, int command, ...)');
  const waitpid: (pid: number, status: number[], options: number) => number = library.func('int waitpid(int pid, _Out_ int *status, int options)');
  const umount2: (path: string, flags: number) => number = library.func('int umount2(const char *path, int flags)');
  const must = (call: string, result: number): number => {
    if (result < 0) throw new Error(`${call} failed with errno ${koffi.errno()}`);
    return result;
  };
  return {
    pipe: () => {
      const fds = [-1, -1];
      must('pipe2', pipe2(fds, openCloseOnExec));
      const [readFd = -1, writeFd = -1] = fds;
      return { readFd, writeFd };
    },
    becomeSubreaper: () => void must('prctl', prctl(prSetChildSubreaper, 'unsigned long', 1)),
    closeOnExec: (fd) => {
      // Node's own threads open and close files as they please; one that is closed by now is not an error.
      const flags = fcntl(fd, getDescriptorFlags);
      if (flags >= 0) fcntl(fd, setDescriptorFlags, 'int', flags | closeOnExecFlag);
    },
    reap: (pid) => {
      const result = waitpid(pid, [0], noHang);
      if (result > 0) return 'reaped';
      return result === 0 ? 'running' : 'none';
    },
    detachMount: (path) => void umount2(path, detach | noFollow),
  };
}
