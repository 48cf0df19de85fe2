package dev.echelon.domain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.echelon.domain.ChatChunk.Delta;
import dev.echelon.domain.ChatChunk.ToolCallDelta;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The whole answer that the events of a stream make, in time proportional to their size. */
public final class JoinedAnswer {

    /** Padding that differs from event to event. */
    private static final String OBFUSCATION = "obfuscation";

    private final SortedMap<Integer, Choice> choices = new TreeMap<>();
    private final Map<String, JsonNode> extras = new LinkedHashMap<>();

    @Nullable
    private Usage usage;

    private JoinedAnswer() {}

    /**
     * @param chunks of a stream that came to its end
     * @return {@code null} when there is no choice in them, or when they hold what cannot be put together without a guess
     */
    @Nullable
    public static ChatResponse of(List<ChatChunk> chunks) {
        try {
            return new JoinedAnswer().join(chunks);
        } catch (Contradiction e) {
            return null;
        }
    }

    private ChatResponse join(List<ChatChunk> chunks) throws Contradiction {
        for (ChatChunk chunk : chunks) {
            usage = chunk.usage() == null ? usage : chunk.usage();
            extras.putAll(chunk.extras());
            for (Delta delta : chunk.choices()) {
                choices.computeIfAbsent(delta.index(), any -> new Choice()).add(delta);
            }
        }
        extras.remove(OBFUSCATION);
        if (choices.isEmpty()) {
            throw new Contradiction();
        }
        ChatChunk first = chunks.get(0);
        List<ChatResponse.Choice> all = new ArrayList<>();
        for (Map.Entry<Integer, Choice> choice : choices.entrySet()) {
            all.add(choice.getValue().whole(choice.getKey()));
        }
        return new ChatResponse(first.id(), first.model(), first.created(), all, usage, first.dialect(), extras);
    }

    /** Events that cannot all be true. */
    private static final class Contradiction extends Exception {
        Contradiction() {
            super("the events of a stream make no answer", null, false, false);
        }
    }

    private static final class Choice {

        private final StringBuilder content = new StringBuilder();
        private final SortedMap<Integer, Call> calls = new TreeMap<>();
        private final Map<String, Field> messageExtras = new LinkedHashMap<>();
        private final Map<String, Field> extras = new LinkedHashMap<>();
        private boolean hasContent;

        @Nullable
        private String finishReason;

        void add(Delta delta) throws Contradiction {
            if (delta.content() != null) {
                hasContent = true;
                content.append(delta.content());
            }
            finishReason = delta.finishReason() == null ? finishReason : delta.finishReason();
            for (ToolCallDelta call : delta.toolCalls()) {
                calls.computeIfAbsent(call.index(), any -> new Call()).add(call);
            }
            addAll(messageExtras, delta.deltaExtras(), true);
            addAll(extras, delta.extras(), false);
        }

        ChatResponse.Choice whole(int index) throws Contradiction {
            List<ToolCall> all = new ArrayList<>();
            for (Call call : calls.values()) {
                all.add(call.whole());
            }
            boolean callsOnly = content.isEmpty() && !all.isEmpty();
            return new ChatResponse.Choice(
                    index,
                    hasContent && !callsOnly ? JsonText.of(content.toString()) : null,
                    all,
                    finishReason,
                    wholes(messageExtras),
                    wholes(extras));
        }
    }

    private static final class Call {

        private final StringBuilder arguments = new StringBuilder();
        private final Map<String, Field> extras = new LinkedHashMap<>();

        @Nullable
        private String id;

        @Nullable
        private String name;

        void add(ToolCallDelta call) throws Contradiction {
            id = id == null ? call.id() : id;
            name = name == null ? call.name() : name;
            if (call.arguments() != null) {
                arguments.append(call.arguments());
            }
            addAll(extras, call.extras(), false);
        }

        ToolCall whole() throws Contradiction {
            if (id == null || name == null) {
                throw new Contradiction();
            }
            return new ToolCall(id, name, arguments.toString(), wholes(extras));
        }
    }

    /** @param texts whether their texts are pieces of one text */
    private static void addAll(Map<String, Field> fields, Map<String, JsonNode> more, boolean texts)
            throws Contradiction {
        for (Map.Entry<String, JsonNode> field : more.entrySet()) {
            fields.computeIfAbsent(field.getKey(), any -> new Field(texts)).add(field.getValue());
        }
    }

    private static Map<String, JsonNode> wholes(Map<String, Field> fields) {
        Map<String, JsonNode> wholes = new LinkedHashMap<>();
        fields.forEach((name, field) -> wholes.put(name, field.whole()));
        return wholes;
    }

    /**
     * A field that we do not interpret, in pieces: arrays are continued (logprobs), texts of a message too (reasoning),
     * objects field by field, and everything else must be the same in all pieces.
     */
    private static final class Field {

        private final boolean texts;
        private JsonNode single = JsonNodeFactory.instance.nullNode();

        @Nullable
        private StringBuilder text;

        @Nullable
        private ArrayNode array;

        @Nullable
        private Map<String, Field> object;

        Field(boolean texts) {
            this.texts = texts;
        }

        void add(JsonNode more) throws Contradiction {
            if (more.isNull()) {
                return;
            }
            if (texts && more.isTextual() && mayBe(text)) {
                text = text == null ? new StringBuilder() : text;
                text.append(more.textValue());
            } else if (more instanceof ArrayNode elements && mayBe(array)) {
                array = array == null ? JsonNodeFactory.instance.arrayNode() : array;
                array.addAll(elements);
            } else if (more.isObject() && mayBe(object)) {
                object = object == null ? new LinkedHashMap<>() : object;
                for (Map.Entry<String, JsonNode> field : more.properties()) {
                    object.computeIfAbsent(field.getKey(), any -> new Field(false))
                            .add(field.getValue());
                }
            } else if (mayBe(single.isNull() ? null : single) && (single.isNull() || single.equals(more))) {
                single = more;
            } else {
                throw new Contradiction();
            }
        }

        /** Whether nothing is known yet, or only what it would continue. */
        private boolean mayBe(@Nullable Object same) {
            return same != null || (text == null && array == null && object == null && single.isNull());
        }

        JsonNode whole() {
            if (text != null) {
                return JsonNodeFactory.instance.textNode(text.toString());
            }
            if (array != null) {
                return array;
            }
            if (object != null) {
                ObjectNode whole = JsonNodeFactory.instance.objectNode();
                object.forEach((name, field) -> whole.set(name, field.whole()));
                return whole;
            }
            return single;
        }
    }
}
