package dev.echelon.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.echelon.domain.ChatChunk;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.json.ChunkJson;
import dev.echelon.domain.json.Json;
import dev.echelon.domain.json.JsonFault;
import java.util.function.Consumer;

/** Chunks as OpenAI streams them, closed by {@code [DONE]}. */
final class OpenAiStreamDecoder implements StreamDecoder {

    private static final String DONE = "[DONE]";

    private final Classifier classifier;
    private boolean finished;
    private int skipped;

    OpenAiStreamDecoder(Classifier classifier) {
        this.classifier = classifier;
    }

    @Override
    public void event(String event, String data, Consumer<ChatChunk> out) throws ModelFailure {
        if (finished) {
            return;
        }
        if (data.strip().equals(DONE)) {
            finished = true;
            return;
        }
        ObjectNode root;
        try {
            root = Json.readObject(data);
        } catch (JsonFault e) {
            skipped++;
            return;
        }
        JsonNode error = root.get("error");
        if (event.equals("error") || (error != null && !error.isNull())) {
            throw classifier.ofEvent(root);
        }
        ChatChunk chunk;
        try {
            chunk = ChunkJson.read(root);
        } catch (ModelFailure e) {
            skipped++;
            return;
        }
        out.accept(chunk);
    }

    @Override
    public boolean finished() {
        return finished;
    }

    @Override
    public int skipped() {
        return skipped;
    }
}
