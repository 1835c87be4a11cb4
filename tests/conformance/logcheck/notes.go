package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Text of one form only: decoding ignores bits that no byte needs.
var strict = base64.StdEncoding.Strict()

// A witness: C2SP cosignature/v1, which x/mod doesn't know.
type cosigner struct {
	name string
	key  ed25519.PublicKey
}

const typeCosignature = 4

func (c cosigner) Name() string { return c.name }

func (c cosigner) KeyHash() uint32 {
	hash := sha256.Sum256(append([]byte(c.name+"\n\x04"), c.key...))
	return binary.BigEndian.Uint32(hash[:])
}

func (c cosigner) Verify(text, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	time := binary.BigEndian.Uint64(sig)
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", time, text)
	return time < 1<<63 && ed25519.Verify(c.key, []byte(message), sig[8:])
}

func newCosigner(vkey string) (cosigner, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return cosigner{}, errors.New("malformed verifier key of a witness")
	}
	key, err := strict.DecodeString(parts[2])
	if err != nil || len(key) != 1+ed25519.PublicKeySize || key[0] != typeCosignature {
		return cosigner{}, errors.New("malformed verifier key of a witness")
	}
	c := cosigner{parts[0], key[1:]}
	if fmt.Sprintf("%08x", c.KeyHash()) != parts[1] {
		return cosigner{}, errors.New("the verifier key of a witness has another key's id")
	}
	return c, nil
}

type keys struct {
	log   note.Verifier
	known note.Verifiers
}

func newKeys(vkey string, witnesses []string) (*keys, error) {
	log, err := note.NewVerifier(vkey)
	if err != nil {
		return nil, err
	}
	all := []note.Verifier{log}
	for _, witness := range witnesses {
		c, err := newCosigner(witness)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return &keys{log, note.VerifierList(all...)}, nil
}

type checkpoint struct {
	tlog.Tree
	cosignatures int
}

// Every signature line must be by a known key and hold, and the log's be among them.
func (k *keys) open(text []byte) (checkpoint, error) {
	opened, err := note.Open(text, k.known)
	if err != nil {
		return checkpoint{}, err
	}
	if len(opened.UnverifiedSigs) != 0 {
		return checkpoint{}, fmt.Errorf("a signature by %q, whose key was not given", opened.UnverifiedSigs[0].Name)
	}
	var out checkpoint
	byLog := false
	for _, sig := range opened.Sigs {
		if _, err := strict.DecodeString(sig.Base64); err != nil {
			return checkpoint{}, err
		}
		if sig.Name == k.log.Name() && sig.Hash == k.log.KeyHash() {
			byLog = true
		} else {
			out.cosignatures++
		}
	}
	// What Open passes over: a second signature by one key.
	again, err := note.Sign(opened)
	if err != nil || !bytes.Equal(again, text) {
		return checkpoint{}, errors.New("the note has another form")
	}
	if !byLog {
		return checkpoint{}, errors.New("not signed by the log")
	}
	out.Tree, err = parseCheckpoint(opened.Text, k.log.Name())
	return out, err
}

// Not tlog.ParseTree, which wants the header of Go's own log.
func parseCheckpoint(text, origin string) (tlog.Tree, error) {
	var tree tlog.Tree
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return tree, errors.New("not the three lines of a checkpoint")
	}
	if lines[0] != origin {
		return tree, fmt.Errorf("of %q, not of %q", lines[0], origin)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return tree, errors.New("malformed size")
	}
	root, err := strict.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return tree, errors.New("malformed root")
	}
	tree.N = size
	copy(tree.Hash[:], root)
	return tree, nil
}
