/**
 * What end-to-end tests are made of: an upstream that behaves as scripted. Start reading at
 * {@link dev.echelon.testing.FakeProvider}, then {@link dev.echelon.testing.Behaviour}.
 */
package dev.echelon.testing;
