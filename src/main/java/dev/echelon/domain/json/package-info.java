/**
 * The JSON form of the canonical request, answer, chunk and failure: OpenAI's chat-completions JSON. The edges, the
 * component and the {@code openai} dialect all read and write it here. May import domain and Jackson. Start reading at
 * {@link dev.echelon.domain.json.RequestJson}.
 */
@NullMarked
package dev.echelon.domain.json;

import org.jspecify.annotations.NullMarked;
