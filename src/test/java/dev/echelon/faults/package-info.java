/**
 * The fault wall: every fault that an upstream can have, in both dialects, plain and streamed, with others alive and with
 * all models faulty. Start reading at {@link dev.echelon.faults.FaultWallTest}.
 *
 * <p>To add a fault, add a {@link dev.echelon.faults.Row} to {@link dev.echelon.faults.AnswerRows},
 * {@link dev.echelon.faults.ConnectionRows} or {@link dev.echelon.faults.StreamRows}: what the model does, by a
 * {@link dev.echelon.testing.Behaviour} or a {@link dev.echelon.faults.Place}, and what has to follow. All the rest, that
 * no connection, permit or descriptor is lost and that the caller learns nothing of the upstream, is asserted for every
 * row.
 */
package dev.echelon.faults;
