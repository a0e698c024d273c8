// The server that bench-services measures ours against: a JSON-RPC echo as a Go programmer writes it, with
// net/http and encoding/json and nothing else. It prints its port to the file named by its argument.
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
)

type request struct {
	Version string            `json:"jsonrpc"`
	ID      interface{}       `json:"id"`
	Method  string            `json:"method"`
	Params  []json.RawMessage `json:"params"`
}

type failure struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

type response struct {
	Version string      `json:"jsonrpc"`
	ID      interface{} `json:"id"`
	Result  interface{} `json:"result,omitempty"`
	Error   *failure    `json:"error,omitempty"`
}

func answer(asked request) response {
	reply := response{Version: "2.0", ID: asked.ID}
	if asked.Method != "Bench.Echo" {
		reply.Error = &failure{-32601, "method '" + asked.Method + "' not found"}
		return reply
	}
	var text string
	if len(asked.Params) != 1 || json.Unmarshal(asked.Params[0], &text) != nil {
		reply.Error = &failure{-32602, "one text is needed"}
		return reply
	}
	reply.Result = text
	return reply
}

func main() {
	http.HandleFunc("/rpc/v1", func(writer http.ResponseWriter, received *http.Request) {
		var asked request
		if err := json.NewDecoder(received.Body).Decode(&asked); err != nil {
			http.Error(writer, err.Error(), http.StatusBadRequest)
			return
		}
		writer.Header().Set("Content-Type", "application/json")
		json.NewEncoder(writer).Encode(answer(asked))
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	port := fmt.Sprint(listener.Addr().(*net.TCPAddr).Port)
	if err := os.WriteFile(os.Args[1], []byte(port), 0o600); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Fprintln(os.Stderr, http.Serve(listener, nil))
	os.Exit(1)
}
