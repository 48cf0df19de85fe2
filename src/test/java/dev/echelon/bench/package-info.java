/** Loads for the gateway as a process of its own; run by the scripts in {@code bench/}, never by the test suite. */
package dev.echelon.bench;
