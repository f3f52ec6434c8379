-- The six agents as they run on models of Anthropic: prompts, tools and rate limits.
--
-- A row is inserted only where its key is missing: admins edit these rows in the application, and a repeated run
-- must not undo what they chose.
--
-- In the templates, names in double braces are replaced by the application before the prompt is sent.
--
-- The specification gives limits and tools for Google only and calls the others similar: limits and tools are the
-- same, but the search tool is called webSearch.

INSERT INTO public.admin_config (config_key, config_data)
SELECT seed.config_key, seed.config_data
FROM (
  VALUES
    -- Talks with the user and hands work to the other agents.
    (
      'chat_model_agent_anthropic',
      $json${
        "enabled": true,
        "systemPrompt": "You are the assistant of a chat application and run on Claude by Anthropic. Answer in the language of the user, directly and without filler. Use a tool only when it gives a better answer than your own knowledge: the provider tools for current facts, web pages and calculations, the document agent for longer texts, the Python agent for programs, the Mermaid agent for diagrams, and the Git agent for questions about GitHub repositories. Call one agent at a time, tell it everything it needs, and do not repeat its result in full, because the user sees it beside the chat. Say so when you are unsure or when a tool failed.",
        "capabilities": {
          "thinkingReasoning": false,
          "streaming": true,
          "fileInput": {
            "enabled": true,
            "maxFilesPerMessage": 5,
            "maxFileSizeMB": 10,
            "acceptedTypes": {
              "images": ["image/png", "image/jpeg", "image/webp", "image/gif"],
              "documents": ["application/pdf", "text/plain", "text/markdown", "text/csv"]
            }
          }
        },
        "tools": {
          "providerToolsAgent": {
            "enabled": true,
            "description": "Looks up current information, reads web pages and runs calculations. Use it for anything that may have changed since the model was trained.",
            "inputs": {
              "request": "The question or task, complete in itself."
            }
          },
          "documentAgent": {
            "enabled": true,
            "description": "Creates, changes and restores text documents, and suggests edits. Use it for texts that the user will keep.",
            "inputs": {
              "operation": "One of create, update, suggestion, revert.",
              "instruction": "What to write or to change.",
              "documentId": "The document, for all operations but create."
            }
          },
          "pythonAgent": {
            "enabled": true,
            "description": "Writes, repairs and explains Python programs that run in the browser of the user.",
            "inputs": {
              "operation": "One of create, update, fix, explain, generate, revert.",
              "instruction": "What the program is to do or what is wrong with it.",
              "documentId": "The program, for all operations but create and generate."
            }
          },
          "mermaidAgent": {
            "enabled": true,
            "description": "Draws and changes diagrams in Mermaid syntax: flows, sequences, classes, states and timelines.",
            "inputs": {
              "operation": "One of create, update, fix, generate, revert.",
              "instruction": "What the diagram is to show.",
              "documentId": "The diagram, for all operations but create and generate."
            }
          },
          "gitMcpAgent": {
            "enabled": true,
            "description": "Answers questions about the connected GitHub repositories of the user and works on their issues and pull requests.",
            "inputs": {
              "request": "The question or task, with the repository if it is known."
            }
          }
        },
        "rateLimit": {
          "perMinute": 10,
          "perHour": 100,
          "perDay": 1000
        }
      }$json$::jsonb
    ),
    -- Uses the tools that Anthropic itself offers.
    (
      'provider_tools_agent_anthropic',
      $json${
        "enabled": true,
        "systemPrompt": "You answer requests with the tools that Anthropic provides: search, reading of web pages, and execution of code. Choose the one tool that fits, or several in a row where one builds on another. Keep facts from sources apart from your own conclusions, name every source with its address, and give the numbers that a calculation printed rather than estimates. If no tool brings a result, say what you tried.",
        "tools": {
          "webSearch": {
            "enabled": true,
            "description": "Finds current information with the web search tool of Anthropic and returns the sources it used.",
            "systemPrompt": "Search for what the question needs, not for the whole question. Prefer primary and recent sources, and return the title and address of each source that you used."
          },
          "urlContext": {
            "enabled": true,
            "description": "Fetches the pages behind addresses that the user gives, so that their content can be discussed.",
            "systemPrompt": "Read only the addresses that were given. Summarise what matters for the request, quote exactly where wording matters, and report an address that cannot be read."
          },
          "codeExecution": {
            "enabled": true,
            "description": "Runs short Python programs in the code execution tool of Anthropic, for arithmetic and data work.",
            "systemPrompt": "Write the smallest program that answers the request, print the result, and explain it in one or two sentences. Do not use the network."
          }
        },
        "rateLimit": {
          "perMinute": 8,
          "perHour": 80,
          "perDay": 500
        }
      }$json$::jsonb
    ),
    -- Works on text documents.
    (
      'document_agent_anthropic',
      $json${
        "enabled": true,
        "systemPrompt": "You write and edit text documents in Markdown. Keep the tone and structure that the user has chosen, change nothing that you were not asked to change, and return the document alone, without remarks around it.",
        "tools": {
          "create": {
            "enabled": true,
            "description": "Writes a new document.",
            "systemPrompt": "Write a complete, well-structured document on the given subject. Begin with a heading, use short paragraphs, and do not leave placeholders to be filled in.",
            "userPromptTemplate": "Title: {{title}}\n\nWrite the document that this request asks for:\n{{instruction}}"
          },
          "update": {
            "enabled": true,
            "description": "Changes an existing document.",
            "systemPrompt": "Apply the requested change to the document and return the whole document. Everything that the change does not concern stays word for word as it is.",
            "userPromptTemplate": "Document:\n{{content}}\n\nChange it as follows:\n{{instruction}}"
          },
          "suggestion": {
            "enabled": true,
            "description": "Suggests edits without applying them.",
            "systemPrompt": "Find the passages that gain most from an edit, at most five. For each, give the exact original text, the replacement, and a reason of one sentence.",
            "userPromptTemplate": "Document:\n{{content}}\n\nSuggest improvements with this goal:\n{{instruction}}",
            "maxSuggestions": 5
          },
          "revert": {
            "enabled": true,
            "description": "Brings back an earlier version.",
            "systemPrompt": "Find the version that the user means among those listed and answer with its number only. If more than one fits, ask which one is meant.",
            "userPromptTemplate": "Versions:\n{{versions}}\n\nGo back to:\n{{instruction}}"
          }
        },
        "rateLimit": {
          "perMinute": 5,
          "perHour": 50,
          "perDay": 200
        }
      }$json$::jsonb
    ),
    -- Works on Python programs.
    (
      'python_agent_anthropic',
      $json${
        "enabled": true,
        "systemPrompt": "You write Python 3 that runs in a browser sandbox, with the standard library, NumPy, pandas and Matplotlib and without network or files. Prefer clear names and small functions, print the results that the user should see, and return code alone.",
        "tools": {
          "create": {
            "enabled": true,
            "description": "Writes a new program.",
            "systemPrompt": "Write a complete program that runs as it stands. Comment only what the code cannot say, and show its use with a short example at the end.",
            "userPromptTemplate": "Title: {{title}}\n\nWrite a Python program for this request:\n{{instruction}}"
          },
          "update": {
            "enabled": true,
            "description": "Changes an existing program.",
            "systemPrompt": "Apply the requested change and return the whole program. Keep names, style and behaviour that the change does not concern.",
            "userPromptTemplate": "Program:\n{{content}}\n\nChange it as follows:\n{{instruction}}"
          },
          "fix": {
            "enabled": true,
            "description": "Repairs a program that fails.",
            "systemPrompt": "Find the cause of the error, correct it with the smallest change, and return the whole program. Do not hide the error behind a broad except.",
            "userPromptTemplate": "Program:\n{{content}}\n\nError:\n{{error}}\n\nRemarks of the user:\n{{instruction}}"
          },
          "explain": {
            "enabled": true,
            "description": "Explains what a program does.",
            "systemPrompt": "Explain the program to a reader who knows the basics of Python: its purpose first, then how it works step by step, then limits and pitfalls. Answer in Markdown.",
            "userPromptTemplate": "Program:\n{{content}}\n\nQuestion of the user:\n{{instruction}}"
          },
          "generate": {
            "enabled": true,
            "description": "Writes a piece of code for use in a chat answer.",
            "systemPrompt": "Write the shortest code that does what is asked, without an example and without explanations.",
            "userPromptTemplate": "Write Python code for this request:\n{{instruction}}"
          },
          "revert": {
            "enabled": true,
            "description": "Brings back an earlier version.",
            "systemPrompt": "Find the version that the user means among those listed and answer with its number only. If more than one fits, ask which one is meant.",
            "userPromptTemplate": "Versions:\n{{versions}}\n\nGo back to:\n{{instruction}}"
          }
        },
        "rateLimit": {
          "perMinute": 5,
          "perHour": 50,
          "perDay": 200
        }
      }$json$::jsonb
    ),
    -- Works on diagrams.
    (
      'mermaid_agent_anthropic',
      $json${
        "enabled": true,
        "systemPrompt": "You draw diagrams in Mermaid syntax. Choose the type of diagram that shows the matter best, keep labels short and in quotes where they hold special characters, and return valid Mermaid code alone, without a fence around it.",
        "tools": {
          "create": {
            "enabled": true,
            "description": "Draws a new diagram.",
            "systemPrompt": "Draw a complete diagram. Prefer fewer than twenty nodes, and group what belongs together in subgraphs.",
            "userPromptTemplate": "Title: {{title}}\n\nDraw a diagram for this request:\n{{instruction}}"
          },
          "update": {
            "enabled": true,
            "description": "Changes an existing diagram.",
            "systemPrompt": "Apply the requested change and return the whole diagram. Keep the identifiers of nodes that stay.",
            "userPromptTemplate": "Diagram:\n{{content}}\n\nChange it as follows:\n{{instruction}}"
          },
          "fix": {
            "enabled": true,
            "description": "Repairs a diagram that cannot be drawn.",
            "systemPrompt": "Find what the parser rejects, correct it with the smallest change, and return the whole diagram with its meaning unchanged.",
            "userPromptTemplate": "Diagram:\n{{content}}\n\nMessage of the parser:\n{{error}}\n\nRemarks of the user:\n{{instruction}}"
          },
          "generate": {
            "enabled": true,
            "description": "Draws a small diagram for use in a chat answer.",
            "systemPrompt": "Draw the smallest diagram that makes the point, with fewer than ten nodes.",
            "userPromptTemplate": "Draw a Mermaid diagram for this request:\n{{instruction}}"
          },
          "revert": {
            "enabled": true,
            "description": "Brings back an earlier version.",
            "systemPrompt": "Find the version that the user means among those listed and answer with its number only. If more than one fits, ask which one is meant.",
            "userPromptTemplate": "Versions:\n{{versions}}\n\nGo back to:\n{{instruction}}"
          }
        },
        "rateLimit": {
          "perMinute": 3,
          "perHour": 25,
          "perDay": 100
        }
      }$json$::jsonb
    ),
    -- Works on GitHub repositories.
    (
      'git_mcp_agent_anthropic',
      $json${
        "enabled": true,
        "systemPrompt": "You work on the GitHub repositories that the user has connected, with the tools of the GitHub MCP server. Read before you write, and ask for consent before anything that others will notice, such as opening an issue or merging. Name repository, number and address of everything that you mention, and never show tokens or other secrets found in code.",
        "tools": {
          "repos": {
            "enabled": true,
            "description": "Lists repositories and reads their files, commits and releases.",
            "systemPrompt": "Read no more files than the question needs, and name path and branch of what you quote."
          },
          "issues": {
            "enabled": true,
            "description": "Finds, reads, opens and comments on issues.",
            "systemPrompt": "Search for an existing issue before you propose a new one, and show its text for consent first."
          },
          "pull_requests": {
            "enabled": true,
            "description": "Finds, reads, reviews and opens pull requests.",
            "systemPrompt": "Sum up what a pull request changes and why before you judge it. Merge only on explicit request."
          },
          "users": {
            "enabled": true,
            "description": "Looks up users and organisations.",
            "systemPrompt": "Use only what a profile shows to the public."
          },
          "code_search": {
            "enabled": true,
            "description": "Searches code across repositories.",
            "systemPrompt": "Begin with a narrow search in the connected repositories, and widen it only if nothing is found."
          },
          "branches": {
            "enabled": true,
            "description": "Lists, compares and creates branches.",
            "systemPrompt": "Create a branch from the default branch unless another one is named. Never write to the default branch itself."
          }
        },
        "rateLimit": {
          "perMinute": 5,
          "perHour": 50,
          "perDay": 200
        }
      }$json$::jsonb
    )
) AS seed (config_key, config_data)
WHERE NOT EXISTS (
  SELECT 1 FROM public.admin_config AS present WHERE present.config_key = seed.config_key
);
