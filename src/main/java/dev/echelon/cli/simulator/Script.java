package dev.echelon.cli.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.echelon.cli.simulator.SimulatedPrompt.BadPromptException;
import java.util.List;

/** One wire format: reads a request of it and writes answers in it. Stateless. */
interface Script {

    /** Models of both lists; any other name is answered just the same. */
    List<String> MODELS = List.of("gpt-4o", "gpt-4o-mini", "claude-3-5-sonnet-20241022", "claude-3-haiku-20240307");

    /**
     * Reads a request.
     *
     * @throws BadPromptException when it is none of this dialect
     */
    SimulatedPrompt read(JsonNode body) throws BadPromptException;

    /** The body of a plain answer. */
    ObjectNode plain(SimulatedAnswer answer, Stamp stamp);

    /** A streamed answer as server-sent events, in frames that are to be written {@code tokenInterval} apart. */
    List<String> frames(SimulatedAnswer answer, Stamp stamp, boolean usageWanted);

    ObjectNode error(Refusal refusal, String message);

    ObjectNode models();

    ObjectNode model(String id);

    /**
     * What makes an answer this one.
     *
     * @param number counts the answers of this simulator from 1
     */
    record Stamp(long number, long epochSecond) {}
}
