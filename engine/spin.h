/**
 * @file
 * Spinning: waiting for another thread without a lock, for less than it takes to sleep and be woken.
 */
#ifndef DF_SPIN_H
#define DF_SPIN_H

/**
 * Spin until a condition holds, 0.2 ms at most. The thread yields from time to time: with fewer CPUs than threads, the
 * thread that fulfils the condition may need this one.
 *
 * @param holds  reads atomics alone; 1: it holds
 * @return 1: it holds; 0: time passed
 */
int df_spin(int (*holds)(const void *), const void *opaque);

#endif
