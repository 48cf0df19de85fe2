/**
 * Echelon beside its peers, under the same loads, each a process of its own. Run by {@code bench/run}; the test suite runs
 * the shortest form only. Start reading at {@link dev.echelon.bench.Bench}; then a {@link dev.echelon.bench.Load} says what
 * is done to a {@link dev.echelon.bench.Subject}.
 */
package dev.echelon.bench;
