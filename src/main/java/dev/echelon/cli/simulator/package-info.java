/**
 * An upstream of our own, so that the gateway can be tried and loaded without keys: one HTTP server on loopback that
 * answers as every provider and says in every answer that it is simulated. Imports nothing of ours. Start reading at
 * {@link dev.echelon.cli.simulator.Simulator}, then {@code SimulatorRoutes}.
 */
@NullMarked
package dev.echelon.cli.simulator;

import org.jspecify.annotations.NullMarked;
