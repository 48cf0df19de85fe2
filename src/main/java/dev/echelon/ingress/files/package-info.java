/**
 * Prompts in files: OpenAI's batch files, a request a line, and the answers to them. Start reading at
 * {@link dev.echelon.ingress.files.Batch}; {@link dev.echelon.ingress.files.BatchInbox} is the edge that watches a folder.
 */
@NullMarked
package dev.echelon.ingress.files;

import org.jspecify.annotations.NullMarked;
