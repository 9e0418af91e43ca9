"""Runs the Rasa SDK actions in this process instead of over
HTTP: no second server, no copy of the tracker on a socket."""

from __future__ import annotations

from typing import Any, Dict, Optional

from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection


class InProcessActions(EndpointConfig):
    """Stands where Rasa expects the address of an action server."""

    def __init__(self, package: str = "actions") -> None:
        super().__init__(url="in-process", enable_selective_domain=True)
        self._executor = ActionExecutor()
        self._executor.register_package(package)

    async def request(
        self,
        method: str = "post",
        subpath: Optional[str] = None,
        content_type: Optional[str] = "application/json",
        compress: bool = False,
        **kwargs: Any,
    ) -> Optional[Any]:
        """Runs the action named in the call and returns its events and responses.

        Raises:
            ClientResponseError: the action rejected its execution, as an action server would say with status 400.
        """
        call: Dict[str, Any] = kwargs["json"]
        try:
            result = await self._executor.run(call)
        except ActionExecutionRejection as error:
            raise ClientResponseError(
                400, str(error), f'{{"error": "{error}", "action_name": "{error.action_name}"}}'
            ) from error
        return result if isinstance(result, dict) else (result.model_dump() if result is not None else None)
